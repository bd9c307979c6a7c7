import { plant } from '../../src/kernels/decoding/plant.ts';
import {
  HeaderWord,
  LOGIT_ROW_WORDS,
  NO_PARENT,
  NO_TARGET,
  ROW_DECODE,
  ROW_VALID,
  rowAt,
  rowListAt,
  SEQUENCE_WORDS,
  SequenceWord,
  spanAt,
  stepLayout,
} from '../../src/kernels/step-layout.ts';
import { PAGE_SLOTS } from '../../src/kernels/cache-layout.ts';
import { lengthAt } from '../support/cache-words.ts';
import { MAX_TREE_NODES, randomParents, setTree, treeWords, wayUp, type DraftTree } from '../support/draft-trees.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { ancestorBits, stepWords } from '../support/step-words.ts';

interface Shape {
  readonly nodes: number;
  readonly trees: number;
}

const PAGES = 3;
const layoutOf = ({ nodes, trees }: Shape) =>
  stepLayout({
    maxRows: nodes * trees,
    maxLogitRows: nodes * trees,
    maxSequences: trees + 2,
    layers: 2,
    kvStride: 2,
    maxPages: PAGES,
  });

/** What can stand against a node: its sequence is done, its limit is near, its pages end, or it is none. */
const KINDS = ['free', 'done', 'limited', 'full', 'sparse'] as const;
const LIMIT = 3;

function treesOf({ nodes, trees }: Shape, seed: number) {
  const random = seededRandom(seed);
  return Array.from({ length: trees }, (_, i) => {
    const kind = KINDS[i % KINDS.length]!;
    const parents = randomParents(nodes, random);
    const none = new Set<number>();
    if (kind === 'sparse')
      for (let node = 1; node < nodes; node++) if (none.has(parents[node]!) || random.int(3) === 0) none.add(node);
    const tree: DraftTree = {
      sequence: trees - i,
      position: 100 + 10 * i,
      tokens: parents.map((_parent, node) => (none.has(node) ? undefined : random.int(900))),
      parents,
      done: kind === 'done',
    };
    return { tree, kind, length: kind === 'full' ? PAGES * PAGE_SLOTS - 2 : 30 + i };
  });
}

const seeds = new WeakMap<object, number>();

export default kernelCase(plant, {
  shapes: [
    { nodes: 2, trees: 1 },
    { nodes: 7, trees: 5 },
    { nodes: 16, trees: 4 },
    { nodes: MAX_TREE_NODES, trees: 1 },
    { nodes: 33, trees: 2 },
  ] as readonly Shape[],
  bench: [{ nodes: 16, trees: 1 }] as readonly Shape[],
  build(shape, random) {
    const layout = layoutOf(shape);
    const seed = random.word();
    const { nodes, trees } = shape;
    const sequences = Array.from({ length: trees + 2 }, () => new Uint32Array(SEQUENCE_WORDS).fill(9));
    const words = treeWords(trees, 5);
    const all = treesOf(shape, seed);
    all.forEach(({ tree, kind }, i) => {
      setTree(words, i, tree);
      sequences[tree.sequence]![SequenceWord.remaining] = kind === 'limited' ? LIMIT : 500;
    });
    const rows = Array.from({ length: trees }, (_, i) => ({ sequence: i, position: 7, token: 3 }));
    const state = stepWords({ layout, rows, logitRows: rows.map((_row, i) => i), sequences });
    for (const { tree, length } of all) state[lengthAt(layout, tree.sequence, 0, 0)] = length;
    const built = { params: { trees, nodes }, constants: {}, variant: undefined, buffers: { state, trees: words } };
    seeds.set(built, seed);
    return built;
  },
  reference(built, shape) {
    const layout = layoutOf(shape);
    const { nodes, trees } = shape;
    const state = Uint32Array.from(built.buffers.state as Uint32Array);
    treesOf(shape, seeds.get(built)!).forEach(({ tree, kind, length }, i) => {
      const { sequence, position, tokens, parents } = tree;
      for (let node = 0; node < nodes; node++) {
        const row = i * nodes + node;
        const way = wayUp(parents, node);
        const depth = way.length - 1;
        const fits = length + node < PAGES * PAGE_SLOTS && (kind !== 'limited' || depth < LIMIT);
        const token = tokens[node];
        const valid = kind !== 'done' && fits && token !== undefined;
        const parent = node === 0 ? NO_PARENT : parents[node]!;
        const flags = valid ? ROW_VALID | ROW_DECODE : 0;
        state.set(
          [sequence, position + depth, node, valid ? token : 0, parent, flags, ...ancestorBits(way)],
          rowAt(layout, row),
        );
        state.set([row, sequence, position + depth, NO_TARGET], layout.logitRowsAt + row * LOGIT_ROW_WORDS);
      }
      if (kind !== 'done') state.set([nodes, i * nodes], spanAt(layout, sequence));
    });
    state[rowListAt(layout)] = trees * nodes;
    state[HeaderWord.logitRows] = trees * nodes;
    return { state };
  },
  // Whole numbers.
  tolerance: 0,
  probe: (): Shape => ({ nodes: 7, trees: 5 }),
  label: ({ nodes, trees }) => `${trees} trees of ${nodes} nodes`,
  work: ({ nodes, trees }) => ({ bytes: trees * nodes * 4 * 16, flops: 0 }),
});
