import source from '../../../shaders/decoding/plant.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepStatePart } from '../step-layout.ts';
import { draftTreePart } from './draft-tree.ts';

/** Makes the nodes of the draft trees rows of the step, `nodes` for each tree. */
export const plant = defineKernel({
  name: 'decoding/plant',
  source,
  params: { trees: 'u32', nodes: 'u32' },
  bindings: { state: 'read_write', trees: 'read' },
  constants: {},
  includes: () => [stepStatePart, draftTreePart],
  grid: ({ trees }) => [trees],
});
