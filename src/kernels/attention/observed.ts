import addMass from '../../../shaders/lib/attention/add-mass.wgsl?raw';
import noiseNone from '../../../shaders/lib/attention/noise.none.wgsl?raw';
import observed from '../../../shaders/lib/attention/observed.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import type { WgslPart } from '../../gpu/wgsl.ts';
import type { KvType } from '../cache-layout.ts';

/**
 * What changes the scores of observed rows, before they are added up, to (score + noise) / tau. The parts define what
 * lib/attention/noise.none does: `NOISE`, `noisy(sequence)`, `row_noise(row)`, `noise_words` and `noise_of`.
 */
export interface ScoreNoise {
  readonly name: string;
  readonly parts: readonly WgslPart[];
}

/** The variant of kernels that observe. */
export interface ObservedVariant {
  readonly kv: KvType;
  readonly noise: ScoreNoise | undefined;
}

/**
 * The includes of kernels that note down what eviction policies observe; with `noise` they also serve sequences that
 * want it on their scores. They need the step state, the cache parts and `visibleParts`.
 */
export const observedParts = (noise: ScoreNoise | undefined): readonly WgslPart[] => [
  { name: 'lib/attention/observed', text: observed },
  ...(noise?.parts ?? [{ name: 'lib/attention/noise.none', text: noiseNone }]),
];

/** The include that adds scores to mass, for kernels with `observedParts` and the constants of `scoreConstants`. */
export const addMassPart: WgslPart = { name: 'lib/attention/add-mass', text: addMass };

/** How scores of a group lie, where workgroups of attention/decode-flash serve `heads` of its heads: as vectors of four. */
export const scoreConstants = (groupSize: number, heads: number) => {
  const BATCH_QUADS = ceilDiv(heads, 4);
  return { HEADS: heads, BATCH_QUADS, SCORE_QUADS: ceilDiv(groupSize, heads) * BATCH_QUADS };
};
