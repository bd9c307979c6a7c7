import penalties from '../../../shaders/lib/penalties.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';
import { f32Constants, u32Constants, withConstants } from '../wgsl-constants.ts';

/** The bit of a count that says that the token occurs in the prompt. */
export const COUNT_PROMPT = 0x8000_0000;

/** The logit of a token that a mask forbids: below every other, and far enough from the least f32 to be divided by any temperature. */
export const MASKED_LOGIT = -1e30;

/**
 * The include with `penalise(logit, sequence, token)`. It stands after `lib/step-state`, needs the constant VOCAB, and the
 * kernel binds `counts : array<u32>`, for each sequence: VOCAB counts (COUNT_PROMPT = in the prompt, the other bits = how often
 * in the output), then maskWords bits of the tokens that may come next.
 */
export const penaltiesPart: WgslPart = {
  name: 'lib/penalties',
  text: withConstants(penalties, u32Constants({ COUNT_PROMPT }), f32Constants({ MASKED_LOGIT })),
};

/** Words of a mask: a bit for every token, the lowest first. */
export const maskWords = (vocab: number): number => Math.ceil(vocab / 32);

/** Words of `counts` for a sequence. */
export const sequenceCounts = (vocab: number): number => vocab + maskWords(vocab);

/** Words of `counts` for so many sequences. */
export const countsWords = (vocab: number, sequences: number): number => sequences * sequenceCounts(vocab);

/** The word of `counts` where a sequence's counts begin. */
export const countsAt = (vocab: number, sequence: number): number => sequence * sequenceCounts(vocab);

/** The word of `counts` where a sequence's mask begins. */
export const maskAt = (vocab: number, sequence: number): number => countsAt(vocab, sequence) + vocab;
