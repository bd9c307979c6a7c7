import { SEQUENCE_WORDS, SequenceWord, type StepLayout } from '../../src/kernels/step-layout.ts';
import type { ReferenceSettings } from '../reference/sampler.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** `count` logits: normal numbers times `spread` plus `shift`, rounded to multiples of `rounding` so that many are equal (0 = not). */
export function randomLogits(
  count: number,
  seed: number,
  {
    spread = 4,
    shift = 0,
    rounding = 0,
  }: { spread?: number | undefined; shift?: number | undefined; rounding?: number | undefined } = {},
): Float32Array<ArrayBuffer> {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => {
    const value = shift + (spread === 0 ? 0 : random.normal() * spread);
    return rounding === 0 ? value : Math.round(value / rounding) * rounding;
  });
}

/** What stands for a logit that is NaN or infinite in maxima: the largest f32. */
export const NO_NUMBER = Math.fround(3.4028234e38);

/** The largest of every 64 ids of each row of `vocab` logits, as the head writes them; NO_NUMBER where one of them is none. */
export function blockMaxima(logits: Float32Array, vocab: number): Float32Array<ArrayBuffer> {
  const blocks = Math.ceil(vocab / 64);
  const maxima = new Float32Array((logits.length / vocab) * blocks).fill(-Infinity);
  logits.forEach((logit, i) => {
    const block = Math.floor(i / vocab) * blocks + Math.floor((i % vocab) / 64);
    maxima[block] = Math.max(maxima[block]!, Number.isFinite(logit) ? logit : NO_NUMBER);
  });
  return maxima;
}

/** A sequence's settings as the state holds them, that is rounded to f32. */
export function referenceSettings(
  state: Uint32Array<ArrayBuffer>,
  layout: StepLayout,
  sequence: number,
): ReferenceSettings {
  const words = state.slice(
    layout.sequencesAt + sequence * SEQUENCE_WORDS,
    layout.sequencesAt + (sequence + 1) * SEQUENCE_WORDS,
  );
  const floats = new Float32Array(words.buffer);
  return {
    temperature: floats[SequenceWord.temperature]!,
    topK: words[SequenceWord.topK]!,
    topP: floats[SequenceWord.topP]!,
    minP: floats[SequenceWord.minP]!,
    repetition: floats[SequenceWord.repetition]!,
    presence: floats[SequenceWord.presence]!,
    frequency: floats[SequenceWord.frequency]!,
    seed: words[SequenceWord.seed]!,
  };
}
