import faults from '../../shaders/lib/faults.wgsl?raw';
import held from '../../shaders/lib/held.wgsl?raw';
import type { WgslPart } from '../gpu/wgsl.ts';
import { u32Constants, withConstants } from './wgsl-constants.ts';

/** Words that note what went wrong with the queries, keys and values of a sequence; all 0 = nothing. */
export const FAULT_WORDS = 2;

/** Which word is what: pairs of elements that were out of range, and 0xffffffff less the first layer that had one. */
export const FaultWord = { pairs: 0, layer: 1 } as const;

/** The include with `fault_at(sequence)`; the kernel binds `faults`, atomic where it writes them. */
export const faultsPart: WgslPart = {
  name: 'lib/faults',
  text: withConstants(faults, u32Constants({ FAULT_WORDS }), u32Constants(FaultWord, 'FAULT')),
};

/** The includes with `held`, for kernels that write queries, keys and values. */
export const heldParts: readonly WgslPart[] = [faultsPart, { name: 'lib/held', text: held }];

/** Pairs that were out of range, and the first layer of them; undefined where there were none. */
export function readFaults(words: Uint32Array): { readonly pairs: number; readonly layer: number } | undefined {
  const pairs = words[FaultWord.pairs]!;
  return pairs === 0 ? undefined : { pairs, layer: 0xffffffff - words[FaultWord.layer]! };
}
