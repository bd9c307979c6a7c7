/**
 * What a rendering may take. A template is untrusted: every step is counted, and every built-in is charged by the work it
 * does, so that the clock is read often whatever the template does.
 */

import { TemplateFault } from './fault.ts';

export interface RenderLimits {
  /** Expressions and statements evaluated, and items stepped over. */
  readonly steps: number;
  readonly milliseconds: number;
  /** Characters of any one text, the output included. */
  readonly characters: number;
  /** Items of any list. */
  readonly items: number;
  /** Macros and recursive loops within one another, and lists within lists. */
  readonly depth: number;
  /** Bits of any whole number. */
  readonly bits: number;
}

// Work between two looks at the clock: about a tenth of a millisecond of characters, or of steps.
const WORK_PER_CLOCK = 1 << 14;
// A step costs about as much as copying this many characters.
const WORK_OF_STEP = 64;
/** Texts made in all, as a multiple of the longest one allowed: memory is bounded although all of them might be kept. */
const TEXTS_IN_ALL = 256;

/** The account of one rendering. @throws TemplateFault `limit` from each method when it is overdrawn. */
export class Budget {
  readonly limits: RenderLimits;
  readonly #deadline: number;
  #steps = 0;
  #work = 0;
  #made = 0;
  #depth = 0;

  constructor(limits: RenderLimits) {
    this.limits = limits;
    this.#deadline = performance.now() + limits.milliseconds;
  }

  /** One more step. */
  step(): void {
    if (++this.#steps > this.limits.steps) throw over(`more than ${this.limits.steps} steps`);
    this.work(WORK_OF_STEP);
  }

  /** Work on this many characters, or the like of it. */
  work(characters: number): void {
    this.#work += characters;
    if (this.#work < WORK_PER_CLOCK) return;
    this.#work = 0;
    if (performance.now() > this.#deadline) throw over(`more than ${this.limits.milliseconds} ms`);
  }

  /** A text of this many characters is about to be made. */
  text(characters: number): void {
    if (characters > this.limits.characters) throw over(`a text of more than ${this.limits.characters} characters`);
    this.#made += characters;
    if (this.#made > this.limits.characters * TEXTS_IN_ALL) throw over('too many long texts');
    this.work(characters);
  }

  /** A list of this many items is about to be made. */
  list(items: number): void {
    if (items > this.limits.items) throw over(`a list of more than ${this.limits.items} items`);
    this.#made += 8 * items;
    if (this.#made > this.limits.characters * TEXTS_IN_ALL) throw over('too many long lists');
    this.work(8 * items);
  }

  /** A number of this many bits is about to be made. */
  number(bits: number): void {
    if (bits > this.limits.bits) throw over(`a number of more than ${this.limits.bits} bits`);
    this.work(bits);
  }

  /** Runs something one level deeper. */
  deeper<T>(run: () => T): T {
    if (++this.#depth > this.limits.depth) throw over(`more than ${this.limits.depth} levels`);
    const result = run();
    this.#depth -= 1;
    return result;
  }
}

const over = (what: string): TemplateFault => new TemplateFault('limit', `It needs ${what}`);
