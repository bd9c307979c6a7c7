/** Puts a text together piece by piece, measured as it grows. */

import type { Budget } from './budget.ts';
import { Text } from './text.ts';

export class Writer {
  readonly #budget: Budget;
  readonly #parts: Text[] = [];
  #length = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** UTF-16 units so far. */
  get length(): number {
    return this.#length;
  }

  add(part: Text | string): this {
    const text = typeof part === 'string' ? new Text(part) : part;
    this.#length += text.text.length;
    const { characters } = this.#budget.limits;
    if (this.#length > characters) this.#budget.text(this.#length);
    this.#budget.work(text.text.length + 4);
    this.#parts.push(text);
    return this;
  }

  done(markup = false): Text {
    this.#budget.text(this.#length);
    return Text.join(this.#parts, markup);
  }
}
