import source from '../../../shaders/moe/project.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { LINEAR_CONSTANTS, linearGrid, linearParts, type LinearIncludes } from '../linear/variant.ts';

/**
 * y = W x of the experts that `routes` names, column by column; `outputs` are those of one expert. x [columns / SHARE, K],
 * y [columns, outputs]. The shape is a matvec of one batch row.
 */
export const expertsProject = defineKernel({
  name: 'moe/project',
  source,
  params: { blocks: 'u32', outputs: 'u32', columns: 'u32' },
  bindings: { codes: 'read', aux: 'read', x: 'read', routes: 'read', y: 'read_write' },
  constants: { ...LINEAR_CONSTANTS, SHARE: 'u32' },
  includes: (variant: LinearIncludes) => linearParts({ ...variant, routed: true }),
  grid: ({ outputs, columns }, _constants, { shape }) => linearGrid(outputs, columns, shape),
});
