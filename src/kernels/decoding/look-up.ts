import rowReduce from '../../../shaders/lib/row-reduce.wgsl?raw';
import source from '../../../shaders/decoding/look-up.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { u32Constants, withConstants } from '../wgsl-constants.ts';
import { stepStatePart } from '../step-layout.ts';
import { draftRootPart, draftTreePart } from './draft-tree.ts';

/** The most branches of such a tree. */
export const MAX_BRANCHES = 8;

/**
 * Drafts what followed the places of a sequence's text that agree with its end in `least` tokens or more, compared up to `most`,
 * in up to `branches` chains. `history` is u32 [sequences, slots].
 */
export const lookUp = defineKernel({
  name: 'decoding/look-up',
  source: withConstants(source, u32Constants({ MAX_BRANCHES })),
  params: { trees: 'u32', nodes: 'u32', slots: 'u32', least: 'u32', most: 'u32', branches: 'u32' },
  bindings: { state: 'read', history: 'read', trees: 'read_write' },
  constants: {},
  includes: () => [stepStatePart, draftTreePart, draftRootPart, { name: 'lib/row-reduce', text: rowReduce }],
  grid: ({ trees }) => [trees],
});
