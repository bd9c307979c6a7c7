import source from '../../../shaders/moe/gate-up.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { activationPart, type Activation } from '../linear/activation.ts';
import { LINEAR_CONSTANTS, linearGrid, linearParts, type LinearIncludes } from '../linear/variant.ts';

/**
 * y = act(G x) * (U x) of the experts that `routes` names, column by column; `outputs` are those of one expert. x [columns / USED, K],
 * y [columns, outputs / 2]. The shape is a matvec of one batch row.
 */
export const expertsGateUp = defineKernel({
  name: 'moe/gate-up',
  source,
  params: { blocks: 'u32', outputs: 'u32', columns: 'u32' },
  bindings: { codes: 'read', aux: 'read', x: 'read', routes: 'read', y: 'read_write' },
  constants: { ...LINEAR_CONSTANTS, USED: 'u32' },
  includes: ({ activation, ...variant }: LinearIncludes & { readonly activation: Activation }) => [
    activationPart(activation),
    ...linearParts({ ...variant, routed: true }),
  ],
  grid: ({ outputs, columns }, _constants, { shape }) => linearGrid(outputs, columns, shape),
});
