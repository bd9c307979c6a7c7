/** The variable `loop`. */

import type { Arguments } from './arguments.ts';
import { equals } from './compare.ts';
import { failed } from './fault.ts';
import { Text } from './text.ts';
import { Builtin, Thing, Tuple, Undefined, type Value } from './values.ts';
import type { Run } from './run.ts';

/** Renders the loop again over something within it. */
export type Recurse = (iterable: Value, depth: number) => Text;

export class Loop extends Thing {
  override readonly type = 'LoopContext';
  readonly #recurse: Recurse | undefined;
  readonly #depth: number;
  #iterator: Iterator<Value>;
  /** How many items there are, where that is known without going through them. */
  #known: number | undefined;
  #index = -1;
  /** Items that were looked at ahead of their turn. */
  #ahead: Value[] = [];
  #before: Value | undefined;
  #current: Value | undefined;
  #changed: Tuple | undefined;

  constructor(iterator: Iterator<Value>, known: number | undefined, recurse: Recurse | undefined, depth: number) {
    super();
    this.#iterator = iterator;
    this.#known = known;
    this.#recurse = recurse;
    this.#depth = depth;
  }

  /** The next item; undefined at the end. */
  next(): Value | undefined {
    const item = this.#peek();
    if (item === undefined) return undefined;
    this.#ahead.shift();
    this.#index += 1;
    this.#before = this.#current;
    this.#current = item;
    return item;
  }

  #peek(): Value | undefined {
    if (this.#ahead.length > 0) return this.#ahead[0];
    const next = this.#iterator.next();
    if (next.done === true) return undefined;
    this.#ahead.push(next.value);
    return next.value;
  }

  #length(run: Run): number {
    if (this.#known !== undefined) return this.#known;
    const rest = [...this.#ahead];
    for (let next = this.#iterator.next(); next.done !== true; next = this.#iterator.next()) {
      run.budget.step();
      rest.push(next.value);
    }
    run.budget.list(rest.length);
    this.#ahead = [];
    this.#iterator = rest.values();
    return (this.#known = this.#index + 1 + rest.length);
  }

  override size(run: Run): number {
    return this.#length(run);
  }

  override show(run: Run): Text {
    return new Text(`<LoopContext ${this.#index + 1}/${this.#length(run)}>`);
  }

  override get callable(): boolean {
    return true;
  }

  override call(_run: Run, { positional, named }: Arguments): Value {
    if (!this.#recurse) throw failed("The loop must have the 'recursive' marker to be called recursively.");
    if (positional.length !== 1 || named.size > 0) throw failed('loop() wants one argument');
    return this.#recurse(positional[0]!, this.#depth + 1);
  }

  override attribute(run: Run, name: string): Value | undefined {
    switch (name) {
      case 'index':
        return BigInt(this.#index + 1);
      case 'index0':
        return BigInt(this.#index);
      case 'revindex':
        return BigInt(this.#length(run) - this.#index);
      case 'revindex0':
        return BigInt(this.#length(run) - this.#index - 1);
      case 'first':
        return this.#index === 0;
      case 'last':
        return this.#peek() === undefined;
      case 'length':
        return BigInt(this.#length(run));
      case 'depth':
        return BigInt(this.#depth + 1);
      case 'depth0':
        return BigInt(this.#depth);
      case 'previtem':
        return this.#index === 0 ? new Undefined('there is no previous item') : this.#before;
      case 'nextitem':
        return this.#peek() ?? (this.#ahead.length > 0 ? null : new Undefined('there is no next item'));
      case 'cycle':
        return new Builtin((_, { positional }) => this.#cycle(positional));
      case 'changed':
        return new Builtin((current, { positional }) => this.#isChanged(current, positional));
      default:
        return undefined;
    }
  }

  #cycle(items: readonly Value[]): Value {
    if (items.length === 0) throw failed('no items for cycling given');
    return items[this.#index % items.length]!;
  }

  #isChanged(run: Run, values: readonly Value[]): boolean {
    const value = new Tuple(values);
    if (this.#changed && equals(run, this.#changed, value)) return false;
    this.#changed = value;
    return true;
  }
}
