import philox from '../../../shaders/lib/philox.wgsl?raw';
import layerMass from '../../../shaders/lib/policy/layer-mass.wgsl?raw';
import mass from '../../../shaders/lib/policy/mass.wgsl?raw';
import pooledMass from '../../../shaders/lib/policy/pooled-mass.wgsl?raw';
import random from '../../../shaders/lib/policy/random.wgsl?raw';
import recency from '../../../shaders/lib/policy/recency.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';

/** The scores by which `cache/evict` ranks slots. */
export const policyScores = {
  /** The attention that a slot has received. */
  mass: [{ name: 'lib/policy/mass', text: mass }],
  /** The mean of it over neighbouring places. */
  pooledMass: [{ name: 'lib/policy/pooled-mass', text: pooledMass }],
  /** The sum of it over the KV heads of the layer. */
  layerMass: [{ name: 'lib/policy/layer-mass', text: layerMass }],
  /** The place. */
  recency: [{ name: 'lib/policy/recency', text: recency }],
  /** A number drawn once per token, layer and head. */
  random: [
    { name: 'lib/philox', text: philox },
    { name: 'lib/policy/random', text: random },
  ],
} as const satisfies Readonly<Record<string, readonly WgslPart[]>>;
