/** Python's `range`. */

import { Text } from './text.ts';
import { Thing, type Value } from './values.ts';

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

  override attribute(_run: unknown, name: string): Value | undefined {
    return name === 'start' || name === 'stop' || name === 'step' ? BigInt(this[name]) : undefined;
  }
}
