import { staticTree } from '../../src/decoding/static-tree.ts';
import { DraftSource, MAX_TREE_NODES, SUCCESSORS } from '../../src/kernels/decoding/draft-tree.ts';
import { recycle } from '../../src/kernels/decoding/recycle.ts';
import { setTree, treeWords } from '../support/draft-trees.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { smallLayout, stepWords } from '../support/step-words.ts';

interface Shape {
  readonly nodes: number;
  readonly trees: number;
  readonly vocab: number;
}

/** A word of the trees that nobody writes. */
const UNTOUCHED = 5;

const rootsOf = ({ trees, vocab }: Shape) =>
  Array.from({ length: trees }, (_, i) => ({
    sequence: trees - 1 - i,
    position: 40 + i,
    token: (17 * i + 3) % vocab,
    valid: i % 3 !== 1,
    decode: true,
  }));

export default kernelCase(recycle, {
  shapes: [
    { nodes: 2, trees: 1, vocab: 5 },
    { nodes: 16, trees: 3, vocab: 12 },
    { nodes: 33, trees: 2, vocab: 200 },
    { nodes: MAX_TREE_NODES, trees: 1, vocab: 60 },
  ] as readonly Shape[],
  bench: [{ nodes: 16, trees: 1, vocab: 49_152 }] as readonly Shape[],
  build(shape, random) {
    const { nodes, trees, vocab } = shape;
    const draw = seededRandom(random.word());
    const rows = rootsOf(shape);
    const layout = smallLayout();
    const matrix = new Uint32Array(vocab * SUCCESSORS * 2);
    for (let token = 0; token < vocab; token++)
      // Some tokens were never seen, of others fewer successors are known.
      for (let rank = 0; rank < draw.int(SUCCESSORS + 1); rank++)
        matrix.set([draw.int(vocab) + 1, 7], 2 * (token * SUCCESSORS + rank));
    const { parents, ranks, depth } = staticTree(nodes);
    const template = Uint32Array.from(parents.flatMap((parent, node) => [node === 0 ? 0 : parent, ranks[node]!]));
    return {
      params: { trees, nodes, depth },
      constants: {},
      variant: undefined,
      buffers: {
        state: stepWords({ layout, rows, logitRows: rows.map((_row, i) => i), sequences: [] }),
        matrix,
        shape: template,
        trees: treeWords(trees, UNTOUCHED),
      },
    };
  },
  reference({ buffers }, shape) {
    const { nodes, trees } = shape;
    const words = treeWords(trees, UNTOUCHED);
    const { parents, ranks } = staticTree(nodes);
    rootsOf(shape).forEach(({ sequence, position, token: root, valid }, i) => {
      const tokens: (number | undefined)[] = [root];
      for (let node = 1; node < nodes; node++) {
        const before = tokens[parents[node]!];
        const word = before === undefined ? 0 : buffers.matrix[2 * (before * SUCCESSORS + ranks[node]!)]!;
        tokens.push(word === 0 ? undefined : word - 1);
      }
      const sources = tokens.map((_token, node) => (node === 0 ? UNTOUCHED : DraftSource.matrix));
      setTree(words, i, { sequence, position, tokens, parents, sources, done: !valid });
    });
    return { trees: words };
  },
  // Whole numbers.
  tolerance: 0,
  probe: (): Shape => ({ nodes: 16, trees: 3, vocab: 12 }),
  label: ({ nodes, trees }) => `${trees} trees of ${nodes} nodes`,
  work: ({ nodes, trees }) => ({ bytes: trees * nodes * 32, flops: 0 }),
});
