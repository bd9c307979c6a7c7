import type { DecodeSelection } from '../../src/attention/selection.ts';
import type { RunSpan } from '../../src/kernels/method-words.ts';
import { METHOD_WORDS, type StepLayout } from '../../src/kernels/step-layout.ts';

/** A policy or a selection, as far as its own words go. */
export type OwnWords = Pick<DecodeSelection, 'words' | 'values'>;

/** Writes what a method has for itself into the methods of a sequence. */
export function setOwnWords(
  state: Uint32Array,
  layout: StepLayout,
  sequence: number,
  { words, values }: OwnWords,
  span: RunSpan = { promptEnd: 0, maxTokens: 1 },
): void {
  state.set(words.pack(values, span), layout.methodsAt + sequence * METHOD_WORDS + words.first);
}
