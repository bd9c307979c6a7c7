import { u32 } from '../core/settings.ts';
import { MAX_TREE_NODES } from '../kernels/decoding/draft-tree.ts';

/** The setting that every proposer of trees has. */
export const NODES = u32(16, {
  min: 2,
  max: MAX_TREE_NODES,
  says: 'rows that the model computes in a step: the last token and the drafts behind it',
});
