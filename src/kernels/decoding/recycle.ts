import source from '../../../shaders/decoding/recycle.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepStatePart } from '../step-layout.ts';
import { draftRootPart, draftTreePart } from './draft-tree.ts';

/** Drafts a tree of fixed shape, u32 [nodes, 2] of parents and ranks, from the matrix of token recycling, for each sequence. */
export const recycle = defineKernel({
  name: 'decoding/recycle',
  source,
  params: { trees: 'u32', nodes: 'u32', depth: 'u32' },
  bindings: { state: 'read', matrix: 'read', shape: 'read', trees: 'read_write' },
  constants: {},
  includes: () => [stepStatePart, draftTreePart, draftRootPart],
  grid: ({ trees }) => [trees],
});
