import source from '../../../shaders/elementwise/embed.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import { WEIGHT_CONSTANTS, weightParts, type WeightType } from '../weights/format.ts';

/** y[row] = scale * embedding of the row's token. y [rows, hidden]. `rows` is the bucket. */
export const embed = defineKernel({
  name: 'elementwise/embed',
  source,
  params: { blocks: 'u32', outputs: 'u32', first_id: 'u32', scale: 'f32', layer: 'u32' },
  bindings: { codes: 'read', aux: 'read', state: 'read', y: 'read_write' },
  constants: { ...WEIGHT_CONSTANTS },
  includes: ({ type }: { type: WeightType; rows: number }) => [stepStatePart, stepRowsPart, ...weightParts(type)],
  grid: ({ blocks }, _constants, { rows }) => [ceilDiv(blocks * 8, 64), rows],
});
