import source from '../../../shaders/decoding/learn.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepStatePart } from '../step-layout.ts';
import { draftTreePart } from './draft-tree.ts';

/** Takes what decoding/row-top found over into the matrix of token recycling. */
export const learn = defineKernel({
  name: 'decoding/learn',
  source,
  params: { trees: 'u32', nodes: 'u32' },
  bindings: { state: 'read', trees: 'read', top: 'read', matrix: 'read_write' },
  constants: {},
  includes: () => [stepStatePart, draftTreePart],
  grid: () => [1],
});
