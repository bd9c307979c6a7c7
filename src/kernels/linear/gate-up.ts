import source from '../../../shaders/linear/gate-up.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { LINEAR_CONSTANTS, LINEAR_PARAMS, linearGrid, linearParts, type LinearIncludes } from './variant.ts';

/** y = silu(G n) * (U n): the gated half of an MLP; rows of G and U alternate in one matrix. y [columns, outputs / 2]. */
export const gateUp = defineKernel({
  name: 'linear/gate-up',
  source,
  params: { ...LINEAR_PARAMS, epsilon: 'f32', gain_at: 'u32' },
  bindings: { codes: 'read', aux: 'read', x: 'read', vectors: 'read', y: 'read_write' },
  constants: LINEAR_CONSTANTS,
  includes: (variant: LinearIncludes) => linearParts(variant),
  grid: ({ outputs, columns }, _constants, { shape }) => linearGrid(outputs, columns, shape),
});
