/** Names and their values, one scope within another. */

import type { Value } from './values.ts';

export class Scope {
  readonly #values = new Map<string, Value>();
  readonly #outer: Scope | undefined;

  constructor(outer?: Scope, values?: Iterable<readonly [string, Value]>) {
    this.#outer = outer;
    if (values) this.#values = new Map(values);
  }

  /** The value of a name, here or further out; undefined where it has none. */
  get(name: string): Value | undefined {
    return this.#values.get(name) ?? (this.#values.has(name) ? null : this.#outer?.get(name));
  }

  /** Sets a name here; further out it stays as it is. */
  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }
}
