/** Token ids to text, one at a time: whole characters only, and never any part of a stop string. */

import { described } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';
import type { Tokenizer } from './from-gguf.ts';

export interface StreamDecoderOptions {
  /** The text ends before the first of these that is complete. None may be empty. */
  readonly stop?: readonly string[];
  /** Special tokens give no text. Default false. */
  readonly skipSpecial?: boolean;
}

export interface DecodedText {
  /** The text that became certain; often ''. */
  readonly text: string;
  /** A stop string has appeared: the text is at its end, and later ids give none. */
  readonly stopped: boolean;
}

/**
 * Decodes the tokens of one sequence. The pieces it gives, joined, are what `Tokenizer.decode` gives for all the ids,
 * cut before the first stop string.
 */
export class StreamDecoder {
  readonly #tokenizer: Pick<Tokenizer, 'tokenBytes' | 'isSpecial'>;
  readonly #stop: readonly string[];
  readonly #skipSpecial: boolean;
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  #held = '';
  #stopped = false;

  /** @throws UsageError `usage-option` when a stop string is empty or not a text. */
  constructor(tokenizer: Pick<Tokenizer, 'tokenBytes' | 'isSpecial'>, options: StreamDecoderOptions = {}) {
    this.#tokenizer = tokenizer;
    this.#stop = checkStop(options.stop ?? []);
    this.#skipSpecial = options.skipSpecial ?? false;
  }

  /** Takes the next id. @throws UsageError `usage-ids` for an id outside the vocabulary. */
  push(id: number): DecodedText {
    if (this.#stopped) return { text: '', stopped: true };
    const bytes = this.#tokenizer.tokenBytes(id);
    if (this.#skipSpecial && this.#tokenizer.isSpecial(id)) return { text: '', stopped: false };
    return this.#take(this.#utf8.decode(bytes, { stream: true }));
  }

  /** Ends the sequence: gives what was held back; an unfinished character becomes U+FFFD. */
  flush(): DecodedText {
    if (this.#stopped) return { text: '', stopped: true };
    const last = this.#take(this.#utf8.decode());
    const text = last.text + this.#held;
    this.#held = '';
    return { text, stopped: last.stopped };
  }

  #take(added: string): DecodedText {
    const text = this.#held + added;
    const end = firstStop(text, this.#stop);
    if (end !== undefined) {
      this.#held = '';
      this.#stopped = true;
      return { text: text.slice(0, end), stopped: true };
    }
    const certain = text.length - heldLength(text, this.#stop);
    this.#held = text.slice(certain);
    return { text: text.slice(0, certain), stopped: false };
  }
}

function checkStop(stop: readonly string[]): readonly string[] {
  if (!Array.isArray(stop))
    throw new UsageError({
      code: 'usage-option',
      happened: `The option stop is ${described(stop)}.`,
      expected: 'A list of texts was expected.',
      todo: 'Put a single one into a list.',
    });
  const at = stop.findIndex((text) => typeof text !== 'string' || text === '');
  if (at < 0) return stop;
  throw new UsageError({
    code: 'usage-option',
    happened: `A stop string is ${described(stop[at])}.`,
    expected: 'Every stop string must be a text with at least one character.',
    todo: 'Leave it out.',
  });
}

/** Where the stop string begins that is complete first (so that the cut into tokens does not matter). */
function firstStop(text: string, stop: readonly string[]): number | undefined {
  let start: number | undefined;
  let end = Infinity;
  for (const candidate of stop) {
    const at = text.indexOf(candidate);
    if (at < 0 || at + candidate.length > end) continue;
    start = at + candidate.length < end ? at : Math.min(at, start ?? at);
    end = at + candidate.length;
  }
  return start;
}

/** Length of the longest end of the text that a stop string may begin with. */
function heldLength(text: string, stop: readonly string[]): number {
  let held = 0;
  for (const candidate of stop) {
    for (let length = Math.min(candidate.length - 1, text.length); length > held; length--) {
      if (text.endsWith(candidate.slice(0, length))) held = length;
    }
  }
  return held;
}
