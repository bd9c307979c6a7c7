import penalties from '../../../shaders/lib/penalties.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';

/**
 * The include with `penalise(logit, sequence, token)`. It stands after `lib/step-state`, needs the constant VOCAB, and the
 * kernel binds `counts : array<u32>`: [sequences, VOCAB] counts (bit 31 = in the prompt, the other bits = how often in the
 * output), then [sequences, maskWords] bits of the tokens that may come next.
 */
export const penaltiesPart: WgslPart = { name: 'lib/penalties', text: penalties };

/** The bit of a count that says that the token occurs in the prompt. */
export const COUNT_PROMPT = 0x8000_0000;

/** The logit of a token that a mask forbids. */
export const MASKED_LOGIT = -1e30;

/** Words of a mask: a bit for every token, the lowest first. */
export const maskWords = (vocab: number): number => Math.ceil(vocab / 32);

/** Words of `counts` for so many sequences. */
export const countsWords = (vocab: number, sequences: number): number => sequences * (vocab + maskWords(vocab));

/** The word of `counts` where a sequence's mask begins. */
export const maskAt = (vocab: number, sequences: number, sequence: number): number =>
  sequences * vocab + sequence * maskWords(vocab);
