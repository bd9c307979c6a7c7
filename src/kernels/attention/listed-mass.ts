import source from '../../../shaders/attention/listed-mass.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts } from '../cache-layout.ts';
import { constantsPart } from '../constants.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import { observedParts, type ObservedVariant } from './observed.ts';
import { softCapPart } from './soft-cap.ts';
import { visibleParts } from './visible.ts';

/**
 * Adds what decoding rows attend to among their listed slots to the mass of these slots, for rows whose kind of selection is
 * `kind`. `capacity` is the number of slots that lists and `scores` have room for.
 */
export const listedMass = defineKernel({
  name: 'attention/listed-mass',
  source,
  params: { scale: 'f32', layer: 'u32', kind: 'u32', rows: 'u32', capacity: 'u32' },
  bindings: {
    state: 'read',
    query: 'read',
    cache: 'read',
    selected: 'read',
    scores: 'read_write',
    mass: 'read_write',
  },
  constants: {
    KV_HEADS: 'u32',
    GROUP: 'u32',
    HEAD_DIM: 'u32',
    WINDOW: 'u32',
    MASKED: 'bool',
    BIDIRECTIONAL: 'bool',
    SOFT_CAP: 'f32',
  },
  includes: ({ kv, noise }: ObservedVariant) => [
    constantsPart,
    stepStatePart,
    stepRowsPart,
    ...cacheParts(kv),
    ...visibleParts(),
    softCapPart,
    ...observedParts(noise),
  ],
  grid: ({ rows }, { KV_HEADS }) => [Number(KV_HEADS), rows],
});
