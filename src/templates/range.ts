/** Python's `range`. */

import { Text } from './text.ts';
import { bind, signature, type Arguments } from './arguments.ts';
import { equals } from './compare.ts';
import { failed } from './fault.ts';
import { Builtin, Thing, type Value } from './values.ts';
import type { Run } from './run.ts';

export class Range extends Thing {
  override readonly type = 'range';
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly length: number;

  constructor(start: number, stop: number, step: number) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.length = Math.max(0, Math.ceil((stop - start) / step));
  }

  override show(): Text {
    return new Text(`range(${this.start}, ${this.stop}${this.step === 1 ? '' : `, ${this.step}`})`);
  }

  override size(): number {
    return this.length;
  }

  override sequence(): readonly Value[] {
    return Array.from({ length: this.length }, (_, i) => BigInt(this.start + i * this.step));
  }

  override *iterate(): Generator<Value> {
    for (let i = 0; i < this.length; i++) yield BigInt(this.start + i * this.step);
  }

  /** Where a value stands, or how often. */
  #find(run: Run, what: 'index' | 'count', args: Arguments): bigint {
    const [value] = bind(`${what}()`, signature('value /'), args);
    const at = this.sequence().findIndex((item) => equals(run, item, value!));
    if (what === 'count') return at < 0 ? 0n : 1n;
    if (at < 0) throw failed('The value is not in range');
    return BigInt(at);
  }

  override attribute(_run: unknown, name: string): Value | undefined {
    if (name === 'index' || name === 'count') return new Builtin((run, args) => this.#find(run, name, args));
    return name === 'start' || name === 'stop' || name === 'step' ? BigInt(this[name]) : undefined;
  }
}
