import {
  DraftSource,
  MAX_TREE_NODES,
  SUCCESSORS,
  TREE_WORDS,
  TreeWord,
} from '../../src/kernels/decoding/draft-tree.ts';
import { grow } from '../../src/kernels/decoding/grow.ts';
import { setTree, treeWords } from '../support/draft-trees.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { smallLayout, stepWords } from '../support/step-words.ts';

interface Shape {
  readonly nodes: number;
  readonly trees: number;
  readonly vocab: number;
  /** How many successors of a token are known at least; fewer may leave a tree short. */
  readonly known: number;
  /** Nodes of a chain that is there already, its root counted, and what each is worth to the one before. */
  readonly chain?: number;
}

const SHARPNESS = 0.8;
const FADE = 0.9;
const TRUST = 0.85;
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

/** A chain behind the root: a known successor, then tokens that are mostly none. */
function chainOf(
  { chain = 1, vocab }: Shape,
  root: number,
  matrix: Uint32Array,
): { tokens: number[]; parents: number[] } {
  const first = matrix[2 * (root * SUCCESSORS + 1)]!;
  const tokens = [
    root,
    ...Array.from({ length: chain - 1 }, (_, i) => (i === 0 ? Math.max(0, first - 1) : (root + 31 * i) % vocab)),
  ];
  return { tokens, parents: tokens.map((_token, node) => Math.max(0, node - 1)) };
}

export default kernelCase(grow, {
  shapes: [
    // Many tokens: with few, paths of the same factors would tie, and rounding would decide.
    { nodes: 2, trees: 1, vocab: 50, known: 1 },
    { nodes: 16, trees: 3, vocab: 400, known: 4 },
    { nodes: 16, trees: 3, vocab: 300, known: 0 },
    { nodes: 33, trees: 2, vocab: 500, known: 8 },
    { nodes: MAX_TREE_NODES, trees: 1, vocab: 600, known: 2 },
    { nodes: 20, trees: 3, vocab: 500, known: 3, chain: 9 },
    { nodes: 5, trees: 1, vocab: 500, known: 3, chain: 5 },
  ] as readonly Shape[],
  bench: [{ nodes: 16, trees: 1, vocab: 49_152, known: 8 }] as readonly Shape[],
  build(shape, random) {
    const { nodes, trees, vocab, known } = shape;
    const draw = seededRandom(random.word());
    const rows = rootsOf(shape);
    const layout = smallLayout();
    const matrix = new Uint32Array(vocab * SUCCESSORS * 2);
    const floats = new Float32Array(matrix.buffer);
    for (let token = 0; token < vocab; token++) {
      let left = 1;
      for (let rank = 0; rank < known + draw.int(SUCCESSORS + 1 - known); rank++) {
        const at = 2 * (token * SUCCESSORS + rank);
        const share = left * (0.3 + 0.4 * draw.next());
        left -= share;
        matrix[at] = draw.int(vocab) + 1;
        floats[at + 1] = share;
      }
    }
    const words = treeWords(trees, UNTOUCHED);
    if (shape.chain !== undefined)
      rows.forEach(({ sequence, position, token, valid }, i) => {
        const chain = chainOf(shape, token, matrix);
        setTree(words, i, { sequence, position, ...chain, done: !valid });
      });
    return {
      params: { trees, nodes, sharpness: SHARPNESS, fade: FADE, trust: shape.chain === undefined ? 0 : TRUST },
      constants: {},
      variant: undefined,
      buffers: {
        state: stepWords({ layout, rows, logitRows: rows.map((_row, i) => i), sequences: [] }),
        matrix,
        trees: words,
      },
    };
  },
  reference({ buffers }, shape) {
    const { nodes } = shape;
    const words = Uint32Array.from(buffers.trees as Uint32Array);
    const shares = new Float32Array(buffers.matrix.buffer);
    rootsOf(shape).forEach(({ sequence, position, token, valid }, i) => {
      const given =
        shape.chain === undefined ? { tokens: [token] } : chainOf(shape, token, buffers.matrix as Uint32Array);
      const taken = given.tokens.map((own, node) => ({
        token: own,
        worth: TRUST ** node,
        rank: 0,
        parent: Math.max(0, node - 1),
      }));
      while (taken.length < nodes) {
        const options = taken.map((node, at_) => {
          // What a chain has already is no candidate.
          while (
            at_ + 1 < given.tokens.length &&
            buffers.matrix[2 * (node.token * SUCCESSORS + node.rank)] === given.tokens[at_ + 1]! + 1 &&
            node.rank < SUCCESSORS
          )
            node.rank++;
          const at = 2 * (node.token * SUCCESSORS + node.rank);
          const word = node.rank < SUCCESSORS ? buffers.matrix[at]! : 0;
          return { token: word - 1, worth: word === 0 ? -1 : node.worth * FADE * shares[at + 1]! ** SHARPNESS };
        });
        const best = options.reduce((a, { worth }, at) => (worth > options[a]!.worth ? at : a), 0);
        if (options[best]!.worth < 0) break;
        taken[best]!.rank++;
        taken.push({ ...options[best]!, rank: 0, parent: best });
      }
      const all = Array.from({ length: nodes }, (_, node) => taken[node]);
      setTree(words, i, {
        sequence,
        position,
        tokens: all.map((node) => node?.token),
        parents: all.map((node) => node?.parent ?? 0),
        sources: all.map((_node, node) =>
          node === 0 ? words[i * TREE_WORDS + TreeWord.sources]! : node < given.tokens.length ? 0 : DraftSource.matrix,
        ),
        done: !valid,
      });
    });
    return { trees: words };
  },
  // Whole numbers; worths that f32 could order otherwise are not drawn.
  tolerance: 0,
  probe: (): Shape => ({ nodes: 16, trees: 3, vocab: 400, known: 4 }),
  label: ({ nodes, trees }) => `${trees} trees of ${nodes} nodes`,
  work: ({ nodes, trees }) => ({ bytes: trees * nodes * 32, flops: trees * nodes * nodes }),
});
