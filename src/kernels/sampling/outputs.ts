import outputs from '../../../shaders/lib/outputs.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';
import { u32Constants, withConstants } from '../wgsl-constants.ts';

/**
 * Words of a logit row in the ring of outputs. The words of a sequence's logit rows lie together: where tokens are drawn
 * they are [count, tokens…], as many tokens as the step gave it and none once the sequence is done; where rows are scored
 * each row has its own negative log-likelihood and log-sum-exp (f32 bits).
 */
export const OUTPUT_WORDS = 2;

/** The token of a logit row whose logits are not all numbers: nothing is drawn from them. */
export const NO_TOKEN = 0xffffffff;

/** Bits of a count that say why a sequence was given nothing, and ends: a logit was no number; keys or values went out of range. */
export const OUTPUT_NO_NUMBER = 0x8000_0000;
export const OUTPUT_OUT_OF_RANGE = 0x4000_0000;

/** Words of one step in the ring. */
export const outputStepWords = (maxLogitRows: number): number => maxLogitRows * OUTPUT_WORDS;

/** The include with `output_at(row)` and these constants; it stands beside `lib/step-state` and needs the constant RING. */
export const outputsPart: WgslPart = {
  name: 'lib/outputs',
  text: withConstants(outputs, u32Constants({ OUTPUT_WORDS, NO_TOKEN, OUTPUT_NO_NUMBER, OUTPUT_OUT_OF_RANGE })),
};

/** Words of the whole ring. */
export const outputsWords = (ring: number, maxLogitRows: number): number => ring * outputStepWords(maxLogitRows);

/** The word where step `step` writes logit row `row`. */
export const outputAt = (step: number, row: number, ring: number, maxLogitRows: number): number =>
  ((step % ring) * maxLogitRows + row) * OUTPUT_WORDS;
