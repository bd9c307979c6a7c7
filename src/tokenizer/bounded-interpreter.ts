/**
 * Rendering a template that may be hostile: every value that an expression gives is measured, every step counted.
 *
 * Bounded: steps, time, length of each text, length of each list, and what a list would grow to when written out
 * (a list may hold itself many times over). Not bounded: one built-in call on values within these limits, such as
 * `replace` or `join`, which runs to its end before it is measured. JavaScript's own limits end those: text of 2^29
 * characters, and the stack for deep recursion.
 */

import { type Environment, Interpreter } from '@huggingface/jinja';

export interface RenderLimits {
  /** Expressions and statements evaluated. */
  readonly steps: number;
  readonly milliseconds: number;
  /** Characters of any text, the output included; also of a list when written out. */
  readonly characters: number;
  /** Entries of any list. */
  readonly items: number;
}

/** Thrown when a template goes beyond a limit; its message says which. */
export class RenderLimitError extends Error {}

type Value = ReturnType<Interpreter['evaluate']>;
type Node = Parameters<Interpreter['evaluate']>[0];

// Reading the clock costs more than most steps.
const STEPS_PER_CLOCK = 128;

/** Jinja's interpreter, with limits. Every expression of a template passes through `evaluate`. */
export class BoundedInterpreter extends Interpreter {
  readonly #limits: RenderLimits;
  readonly #deadline: number;
  readonly #writtenSizes = new WeakMap<object, number>();
  #steps = 0;

  constructor(environment: Environment, limits: RenderLimits) {
    super(environment);
    this.#limits = limits;
    this.#deadline = performance.now() + limits.milliseconds;
  }

  override evaluate(node: Node, environment: Environment): Value {
    const { steps, milliseconds, characters, items } = this.#limits;
    if (++this.#steps > steps) throw new RenderLimitError(`it needs more than ${steps} steps`);
    if (this.#steps % STEPS_PER_CLOCK === 0 && performance.now() > this.#deadline) {
      throw new RenderLimitError(`it needs more than ${milliseconds} ms`);
    }
    const value = super.evaluate(node, environment);
    if (Array.isArray(value.value) && value.value.length > items) {
      throw new RenderLimitError(`a list has more than ${items} entries`);
    }
    if (this.#writtenSize(value) > characters)
      throw new RenderLimitError(`a value has more than ${characters} characters`);
    return value;
  }

  /** About how many characters the value has when written out. Lists and objects of a template never change: measured once. */
  #writtenSize(value: Value): number {
    const content = value.value;
    if (typeof content === 'string') return content.length;
    if (!Array.isArray(content) && !(content instanceof Map)) return 8;
    const known = this.#writtenSizes.get(content);
    if (known !== undefined) return known;
    const isNamespace = value.type === 'NamespaceValue';
    let size = 2;
    for (const child of content.values()) {
      // A namespace does change, and could grow inside a list that was measured before.
      if (child.type === 'NamespaceValue') throw new RenderLimitError('a namespace lies inside another value');
      size += 2 + this.#writtenSize(child);
    }
    if (content instanceof Map) for (const key of content.keys()) size += key.length;
    if (!isNamespace) this.#writtenSizes.set(content, size);
    return size;
  }
}
