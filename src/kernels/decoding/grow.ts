import source from '../../../shaders/decoding/grow.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepStatePart } from '../step-layout.ts';
import { draftRootPart, draftTreePart } from './draft-tree.ts';

/**
 * Drafts the likeliest tree of `nodes` nodes from the matrix of token recycling, for each sequence. A successor counts with its
 * probability to the power of `sharpness` times `fade`. With `trust` above 0 the trees have nodes already, each worth that share of its
 * parent.
 */
export const grow = defineKernel({
  name: 'decoding/grow',
  source,
  params: { trees: 'u32', nodes: 'u32', sharpness: 'f32', fade: 'f32', trust: 'f32' },
  bindings: { state: 'read', matrix: 'read', trees: 'read_write' },
  constants: {},
  includes: () => [stepStatePart, draftTreePart, draftRootPart],
  grid: ({ trees }) => [trees],
});
