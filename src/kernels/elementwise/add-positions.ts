import source from '../../../shaders/elementwise/add-positions.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import { WEIGHT_CONSTANTS, weightParts, type WeightType } from '../weights/format.ts';

/** y[row] += the table's row of where it stands: learned positions. y [rows, hidden]. `rows` is the bucket. */
export const addPositions = defineKernel({
  name: 'elementwise/add-positions',
  source,
  params: { blocks: 'u32', outputs: 'u32', layer: 'u32' },
  bindings: { codes: 'read', aux: 'read', state: 'read', y: 'read_write' },
  constants: { ...WEIGHT_CONSTANTS },
  includes: ({ type }: { type: WeightType; rows: number }) => [stepStatePart, stepRowsPart, ...weightParts(type)],
  grid: ({ blocks }, _constants, { rows }) => [ceilDiv(blocks * 8, 64), rows],
});
