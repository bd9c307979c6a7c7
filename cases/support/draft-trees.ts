import { MAX_TREE_NODES, NO_NODE, TREE_WORDS, TreeWord } from '../../src/kernels/decoding/draft-tree.ts';
import { NO_PARENT, ROW_DECODE, ROW_VALID } from '../../src/kernels/step-layout.ts';
import type { SeededRandom } from './seeded-random.ts';

/** A draft tree as a test states it. */
export interface DraftTree {
  readonly sequence: number;
  /** Of the root. */
  readonly position: number;
  /** Of each node, the root first: undefined = no node. */
  readonly tokens: readonly (number | undefined)[];
  readonly parents: readonly number[];
  readonly sources?: readonly number[];
  /** The sequence is done: the root's row is not valid. */
  readonly done?: boolean;
  readonly path?: readonly number[];
}

/** Writes a tree into the words of all trees. */
export function setTree(words: Uint32Array, index: number, tree: DraftTree): void {
  const at = index * TREE_WORDS;
  const { sequence, position, tokens, parents, sources = [], done = false, path = [] } = tree;
  words[at + TreeWord.sequence] = sequence;
  words[at + TreeWord.position] = position;
  words[at + TreeWord.flags] = done ? 0 : ROW_VALID | ROW_DECODE;
  words[at + TreeWord.nodes] = tokens.length;
  words[at + TreeWord.given] = path.length;
  tokens.forEach((token, node) => {
    words[at + TreeWord.tokens + node] = token ?? NO_NODE;
    words[at + TreeWord.parents + node] = node === 0 ? NO_PARENT : parents[node]!;
    words[at + TreeWord.sources + node] = sources[node] ?? 0;
  });
  words.set(path, at + TreeWord.path);
}

/** The words of so many trees, all of one number. */
export const treeWords = (trees: number, word = 0): Uint32Array<ArrayBuffer> =>
  new Uint32Array(trees * TREE_WORDS).fill(word);

/** Parents of `nodes` nodes: each one of those before it, mostly a near one. */
export const randomParents = (nodes: number, random: SeededRandom): number[] =>
  Array.from({ length: nodes }, (_, node) => (node === 0 ? 0 : node - 1 - random.int(Math.min(node, 5))));

/** The nodes on the way from a node up to the root, itself the first. */
export function wayUp(parents: readonly number[], node: number): number[] {
  const way = [node];
  while (way.at(-1) !== 0) way.push(parents[way.at(-1)!]!);
  return way;
}

export { MAX_TREE_NODES };
