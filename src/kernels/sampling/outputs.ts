import outputs from '../../../shaders/lib/outputs.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';
import { u32Constants, withConstants } from '../wgsl-constants.ts';

/** Words of a logit row in the ring of outputs: token and flags after sampling, nll and log-sum-exp (f32 bits) after scoring. */
export const OUTPUT_WORDS = 2;

/** The sequence is done: this token, if it is one, was its last. */
export const OUTPUT_DONE = 1;
/** The sequence was done before this step, so word 0 holds no token of its. */
export const OUTPUT_NO_TOKEN = 2;

/** The include with `output_at(row)` and these constants; it stands beside `lib/step-state` and needs the constant RING. */
export const outputsPart: WgslPart = {
  name: 'lib/outputs',
  text: withConstants(outputs, u32Constants({ OUTPUT_WORDS, OUTPUT_DONE, OUTPUT_NO_TOKEN })),
};

/** Words of the whole ring. */
export const outputsWords = (ring: number, maxLogitRows: number): number => ring * maxLogitRows * OUTPUT_WORDS;

/** The word where step `step` writes logit row `row`. */
export const outputAt = (step: number, row: number, ring: number, maxLogitRows: number): number =>
  ((step % ring) * maxLogitRows + row) * OUTPUT_WORDS;
