import source from '../../../shaders/linear/gate-up.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { activationPart, type Activation } from './activation.ts';
import { LINEAR_CONSTANTS, LINEAR_PARAMS, linearGrid, linearParts, type LinearIncludes } from './variant.ts';

/** y = act(G n) * (U n): the gated half of an MLP, with silu unless another activation is named; rows of G and U alternate in one matrix. y [columns, outputs / 2]. */
export const gateUp = defineKernel({
  name: 'linear/gate-up',
  source,
  params: { ...LINEAR_PARAMS, epsilon: 'f32', gain_at: 'u32' },
  bindings: { codes: 'read', aux: 'read', x: 'read', vectors: 'read', y: 'read_write' },
  constants: LINEAR_CONSTANTS,
  includes: ({ activation, ...variant }: LinearIncludes & { readonly activation?: Activation }) => [
    activationPart(activation ?? 'silu'),
    ...linearParts(variant),
  ],
  grid: ({ outputs, columns }, _constants, { shape }) => linearGrid(outputs, columns, shape),
});
