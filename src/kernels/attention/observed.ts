import addMass from '../../../shaders/lib/attention/add-mass.wgsl?raw';
import noiseGumbel from '../../../shaders/lib/attention/noise.gumbel.wgsl?raw';
import noiseNone from '../../../shaders/lib/attention/noise.none.wgsl?raw';
import observed from '../../../shaders/lib/attention/observed.wgsl?raw';
import gumbel from '../../../shaders/lib/gumbel.wgsl?raw';
import threefry from '../../../shaders/lib/threefry.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import type { WgslPart } from '../../gpu/wgsl.ts';

/**
 * The includes of kernels that note down what eviction policies observe; with `noise` they also serve sequences that
 * want noise on their scores. They need the step state, the cache parts and `windowPart`.
 */
export const observedParts = (noise: boolean): readonly WgslPart[] => [
  { name: 'lib/attention/observed', text: observed },
  ...(noise
    ? [
        { name: 'lib/threefry', text: threefry },
        { name: 'lib/gumbel', text: gumbel },
        { name: 'lib/attention/noise.gumbel', text: noiseGumbel },
      ]
    : [{ name: 'lib/attention/noise.none', text: noiseNone }]),
];

/** The include that adds scores to mass, for kernels with `observedParts` and the constants of `scoreConstants`. */
export const addMassPart: WgslPart = { name: 'lib/attention/add-mass', text: addMass };

/** How scores of a group lie, where workgroups of attention/decode-flash serve `heads` of its heads: as vectors of four. */
export const scoreConstants = (groupSize: number, heads: number) => {
  const BATCH_QUADS = ceilDiv(heads, 4);
  return { HEADS: heads, BATCH_QUADS, SCORE_QUADS: ceilDiv(groupSize, heads) * BATCH_QUADS };
};
