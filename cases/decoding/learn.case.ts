import { MAX_TREE_NODES, SUCCESSORS } from '../../src/kernels/decoding/draft-tree.ts';
import { learn } from '../../src/kernels/decoding/learn.ts';
import { stepLayout } from '../../src/kernels/step-layout.ts';
import { randomParents, setTree, treeWords, wayUp, type DraftTree } from '../support/draft-trees.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { stepWords, type StepRow } from '../support/step-words.ts';

interface Shape {
  readonly nodes: number;
  readonly trees: number;
  /** Few tokens: many nodes have the same. */
  readonly vocab: number;
}

function treesOf({ nodes, trees, vocab }: Shape, seed: number): DraftTree[] {
  const random = seededRandom(seed);
  return Array.from({ length: trees }, (_, i) => {
    const parents = randomParents(nodes, random);
    const tokens = parents.map((_parent, node) => (node > 0 && random.int(4) === 0 ? undefined : random.int(vocab)));
    const done = i % 3 === 2;
    return {
      sequence: i,
      position: 5,
      tokens,
      parents,
      done,
      path: done ? [] : wayUp(parents, random.int(nodes)).toReversed(),
    };
  });
}

const seeds = new WeakMap<object, number>();

export default kernelCase(learn, {
  shapes: [
    { nodes: 2, trees: 1, vocab: 3 },
    { nodes: 16, trees: 4, vocab: 12 },
    { nodes: 16, trees: 1, vocab: 6 },
    { nodes: MAX_TREE_NODES, trees: 1, vocab: 20 },
    { nodes: 9, trees: 3, vocab: 4 },
  ] as readonly Shape[],
  bench: [{ nodes: 16, trees: 1, vocab: 49_152 }] as readonly Shape[],
  build(shape, random) {
    const { nodes, trees, vocab } = shape;
    const seed = random.word();
    const all = treesOf(shape, seed);
    const words = treeWords(trees);
    all.forEach((tree, i) => setTree(words, i, tree));
    const rows = all.flatMap(({ sequence, tokens, done }): StepRow[] =>
      tokens.map((token, ordinal) => ({
        sequence,
        position: 5,
        ordinal,
        token: token ?? 0,
        valid: token !== undefined && !done,
      })),
    );
    const most = nodes * trees;
    const layout = stepLayout({
      maxRows: most,
      maxLogitRows: most,
      maxSequences: trees,
      layers: 2,
      kvStride: 1,
      maxPages: 1,
    });
    const built = {
      params: { trees, nodes },
      constants: {},
      variant: undefined,
      buffers: {
        state: stepWords({ layout, rows, logitRows: rows.map((_row, i) => i), sequences: [] }),
        trees: words,
        top: Uint32Array.from({ length: most * SUCCESSORS * 2 }, () => random.word()),
        matrix: Uint32Array.from({ length: vocab * SUCCESSORS * 2 }, () => random.word()),
      },
    };
    seeds.set(built, seed);
    return built;
  },
  reference(built, shape) {
    const { nodes } = shape;
    const matrix = Uint32Array.from(built.buffers.matrix as Uint32Array);
    const words = SUCCESSORS * 2;
    const all = treesOf(shape, seeds.get(built)!);
    const take = (tree: number, node: number): void => {
      const token = all[tree]!.tokens[node];
      const row = tree * nodes + node;
      if (token !== undefined && !all[tree]!.done)
        matrix.set(built.buffers.top.slice(row * words, (row + 1) * words), token * words);
    };
    // In the order of the nodes, then the accepted paths again, so that they win.
    all.forEach(({ tokens }, tree) => tokens.forEach((_token, node) => take(tree, node)));
    all.forEach(({ path }, tree) => path!.toSorted((a, b) => a - b).forEach((node) => take(tree, node)));
    return { matrix };
  },
  // Words are moved.
  tolerance: 0,
  probe: (): Shape => ({ nodes: 16, trees: 4, vocab: 12 }),
  label: ({ nodes, trees }) => `${trees} trees of ${nodes} nodes`,
  work: ({ nodes, trees }) => ({ bytes: trees * nodes * SUCCESSORS * 16, flops: 0 }),
});
