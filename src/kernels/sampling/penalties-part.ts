import penalties from '../../../shaders/lib/penalties.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';

/**
 * The include with `penalise(logit, sequence, token)`. It stands after `lib/step-state`, needs the constant VOCAB, and the
 * kernel binds `counts : array<u32>` [sequences, VOCAB]: bit 31 = in the prompt, the other bits = how often in the output.
 */
export const penaltiesPart: WgslPart = { name: 'lib/penalties', text: penalties };

/** The bit of a count that says that the token occurs in the prompt. */
export const COUNT_PROMPT = 0x8000_0000;
