import source from '../../../shaders/linear/project.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { LINEAR_CONSTANTS, LINEAR_PARAMS, linearGrid, linearParts, type LinearIncludes } from './variant.ts';

/** y = W x, or y += W x (constant RESIDUAL). x [columns, K], y [columns, outputs]. */
export const project = defineKernel({
  name: 'linear/project',
  source,
  params: LINEAR_PARAMS,
  bindings: { codes: 'read', aux: 'read', x: 'read', y: 'read_write' },
  constants: { ...LINEAR_CONSTANTS, RESIDUAL: 'bool' },
  includes: (variant: LinearIncludes) => linearParts(variant),
  grid: ({ outputs, columns }, _constants, { shape }) => linearGrid(outputs, columns, shape),
});
