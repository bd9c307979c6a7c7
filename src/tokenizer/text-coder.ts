/** A way to turn ordinary text into ids and back; special tokens are cut out before. */

import type { Section } from './special-tokens.ts';

export interface TextCoder {
  /** Whether a beginning-of-text token is added where the file does not say. */
  readonly addBos: boolean;
  /** Whether a separator follows each text where the file does not say. */
  readonly addSep: boolean;
  /** What of the file had to be guessed, one sentence each. */
  readonly notes: readonly string[];
  /** Ids of texts and special tokens in order. Text has no lone surrogates. */
  encode(sections: readonly Section[]): number[];
}
