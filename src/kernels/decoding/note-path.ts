import source from '../../../shaders/decoding/note-path.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { draftTreePart } from './draft-tree.ts';

/** Notes the tokens of each tree's accepted path in u32 [sequences, slots], by position. */
export const notePath = defineKernel({
  name: 'decoding/note-path',
  source,
  params: { trees: 'u32', slots: 'u32' },
  bindings: { trees: 'read', history: 'read_write' },
  constants: {},
  includes: () => [draftTreePart],
  grid: ({ trees }) => [trees],
});
