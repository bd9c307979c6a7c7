import draftRoot from '../../../shaders/lib/draft-root.wgsl?raw';
import draftTree from '../../../shaders/lib/draft-tree.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';
import { u32Constants, withConstants } from '../wgsl-constants.ts';

/** The most nodes of a tree, its root among them: a row sees them by 64 bits. */
export const MAX_TREE_NODES = 64;

/** Words of a tree: a header, then where its lists begin, of `MAX_TREE_NODES` words each. */
export const TreeWord = {
  sequence: 0,
  /** Position of the root. */
  position: 1,
  /** Flags of the root's row; 0 = the sequence is done. */
  flags: 2,
  /** Nodes, the root among them. */
  nodes: 3,
  /** Tokens that the step gave: as many as nodes of the accepted path, the root among them. */
  given: 4,
  tokens: 8,
  /** Of each node the number of its parent, which is lower. */
  parents: 8 + MAX_TREE_NODES,
  /** What drafted a node: `DraftSource`. */
  sources: 8 + 2 * MAX_TREE_NODES,
  /** The accepted path from the root on: numbers of nodes. */
  path: 8 + 3 * MAX_TREE_NODES,
} as const;

/** Words of a tree. */
export const TREE_WORDS = 8 + 4 * MAX_TREE_NODES;

/** The token of a node that is none. */
export const NO_NODE = 0xffffffff;

/** What a node was drafted by. */
export const DraftSource = { matrix: 1, history: 2 } as const;

/** Successors of a token that the matrix of token recycling holds. */
export const SUCCESSORS = 8;

/** Words of such a matrix: for each successor its id + 1 (0 = none) and its probability (f32 bits). */
export const matrixWords = (vocab: number): number => vocab * SUCCESSORS * 2;

/** The include with the words of a draft tree; the kernel binds `trees : array<u32>`. */
export const draftTreePart: WgslPart = {
  name: 'lib/draft-tree',
  text: withConstants(
    draftTree,
    u32Constants(TreeWord, 'TREE'),
    u32Constants(DraftSource, 'SOURCE'),
    u32Constants({ TREE_WORDS, MAX_TREE_NODES, NO_NODE, SUCCESSORS }),
  ),
};

/** The include with `begin_tree`; it stands behind `lib/step-state` and `draftTreePart`. */
export const draftRootPart: WgslPart = { name: 'lib/draft-root', text: draftRoot };
