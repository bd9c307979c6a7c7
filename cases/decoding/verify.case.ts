import { verify } from '../../src/kernels/decoding/verify.ts';
import { MAX_TREE_NODES, TREE_WORDS, TreeWord } from '../../src/kernels/decoding/draft-tree.ts';
import { NO_TOKEN, OUTPUT_WORDS, outputAt } from '../../src/kernels/sampling/outputs.ts';
import { spanAt, stepLayout } from '../../src/kernels/step-layout.ts';
import { CHAT_DEFAULTS, packSequence } from '../../src/sampling/settings.ts';
import { randomParents, setTree, treeWords, wayUp, type DraftTree } from '../support/draft-trees.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { stepWords, type StepRow } from '../support/step-words.ts';

interface Shape {
  readonly nodes: number;
  readonly trees: number;
  readonly ring?: number;
}

const RING = 4;
const STEP = 9;
const EOS = 2;
const LIMIT = 2;
/** Few tokens, so that paths are long and several children may have the token drawn: the first one counts. */
const TOKENS = 4;

/** What ends a path besides a child that is missing. */
const KINDS = [
  'free',
  'limited',
  'stop',
  'ignores stops',
  'done',
  'sparse',
  'no numbers',
  'no number at the root',
] as const;
type Kind = (typeof KINDS)[number];

interface Drawn {
  readonly tree: DraftTree;
  readonly kind: Kind;
  /** Behind each node. */
  readonly drawn: readonly number[];
}

/** Whether nothing could be drawn behind a node. */
const isNoNumber = (kind: Kind, node: number): boolean =>
  (kind === 'no numbers' && node % 3 === 2) || (kind === 'no number at the root' && node === 0);

const layoutOf = ({ nodes, trees }: Shape) =>
  stepLayout({
    maxRows: nodes * trees,
    maxLogitRows: nodes * trees,
    maxSequences: trees + 1,
    layers: 2,
    kvStride: 1,
    maxPages: 1,
  });

function treesOf({ nodes, trees }: Shape, seed: number): Drawn[] {
  const random = seededRandom(seed);
  return Array.from({ length: trees }, (_, i) => {
    const kind = KINDS[i % KINDS.length]!;
    const parents = randomParents(nodes, random);
    const token = (): number => (kind === 'free' || kind === 'limited' ? 10 : 0) + random.int(TOKENS);
    const tokens = parents.map((_parent, node) =>
      kind === 'sparse' && node > 0 && random.int(2) === 0 ? undefined : token(),
    );
    const tree = {
      sequence: trees - i,
      position: 60 + i,
      tokens,
      parents,
      done: kind === 'done',
      sources: parents.map(() => random.int(4)),
    };
    return { tree, kind, drawn: parents.map((_parent, node) => (isNoNumber(kind, node) ? NO_TOKEN : token())) };
  });
}

const seeds = new WeakMap<object, number>();

export default kernelCase(verify, {
  shapes: [
    { nodes: 2, trees: 1 },
    { nodes: 16, trees: 8 },
    { nodes: 40, trees: 8 },
    { nodes: MAX_TREE_NODES, trees: 2 },
  ] as readonly Shape[],
  bench: [{ nodes: 16, trees: 1 }] as readonly Shape[],
  build(shape, random) {
    const { nodes, trees, ring = RING } = shape;
    const layout = layoutOf(shape);
    const seed = random.word();
    const all = treesOf(shape, seed);
    const words = treeWords(trees, 5);
    const outputs = new Uint32Array(ring * layout.maxLogitRows * OUTPUT_WORDS).fill(77);
    const sequences = Array.from({ length: trees + 1 }, () => new Uint32Array(0));
    const rows: StepRow[] = [];
    all.forEach(({ tree, kind, drawn }, i) => {
      setTree(words, i, tree);
      sequences[tree.sequence] = packSequence(
        { ...CHAT_DEFAULTS, seed: 5 },
        { remaining: kind === 'limited' ? LIMIT : 400, stopIds: [90, EOS], ignoreEos: kind === 'ignores stops' },
      );
      tree.tokens.forEach((token, node) => {
        const way = wayUp(tree.parents, node);
        rows.push({
          sequence: tree.sequence,
          position: tree.position + way.length - 1,
          ordinal: node,
          token: token ?? 0,
          valid: token !== undefined && kind !== 'done',
          ancestors: way,
        });
        outputs[outputAt(STEP, i * nodes + node, ring, layout.maxLogitRows) + 1] = drawn[node]!;
      });
    });
    const state = stepWords({ layout, rows, logitRows: rows.map((_row, i) => i), sequences, step: STEP });
    const built = {
      params: { trees, nodes },
      constants: { RING: ring },
      variant: undefined,
      buffers: { state, trees: words, outputs },
    };
    seeds.set(built, seed);
    return built;
  },
  reference(built, shape) {
    const { nodes, ring = RING } = shape;
    const layout = layoutOf(shape);
    const state = Uint32Array.from(built.buffers.state as Uint32Array);
    const words = Uint32Array.from(built.buffers.trees as Uint32Array);
    const outputs = Uint32Array.from(built.buffers.outputs as Uint32Array);
    treesOf(shape, seeds.get(built)!).forEach(({ tree: { sequence, tokens, parents, sources }, kind, drawn }, i) => {
      const at = outputAt(STEP, i * nodes, ring, layout.maxLogitRows);
      const done = kind === 'done';
      const path: number[] = [];
      const given: number[] = [];
      for (let here: number | undefined = done ? undefined : 0; here !== undefined;) {
        const token: number = drawn[here]!;
        if (token === NO_TOKEN) break;
        path.push(here);
        given.push(token);
        const from: number = here;
        const ends =
          given.length === (kind === 'limited' ? LIMIT : nodes) || (token === EOS && kind !== 'ignores stops');
        const child = tokens.findIndex((own, node) => node > from && parents[node] === from && own === token);
        here = ends || child < 0 ? undefined : child;
      }
      outputs[at] = given.length;
      words[i * TREE_WORDS + TreeWord.given] = given.length;
      if (done) return;
      outputs.set(given, at + 1);
      const drafted = tokens.slice(1).filter((token) => token !== undefined).length;
      const bytes = new Uint8Array(4 * (1 + Math.floor(Math.max(0, given.length - 1) / 4)));
      bytes[0] = drafted;
      path.forEach((node, place) => place > 0 && (bytes[place] = node | (sources![node]! << 6)));
      outputs.set(new Uint32Array(bytes.buffer), at + 1 + nodes);
      words.set(path, i * TREE_WORDS + TreeWord.path);
      state[spanAt(layout, sequence)] = given.length;
    });
    return { state, trees: words, outputs };
  },
  // Whole numbers.
  tolerance: 0,
  probe: ({ RING: ring }): Shape => ({ nodes: 16, trees: 6, ring: Number(ring) }),
  label: ({ nodes, trees }) => `${trees} trees of ${nodes} nodes`,
  work: ({ nodes, trees }) => ({ bytes: trees * nodes * 20, flops: 0 }),
});
