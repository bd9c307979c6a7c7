import { PAGE_SLOTS, type KvType } from '../../src/kernels/cache-layout.ts';
import { keepPath } from '../../src/kernels/decoding/keep-path.ts';
import { LAYOUT_AT, layoutWords, stepLayout } from '../../src/kernels/step-layout.ts';
import { CacheWords, lengthAt, pageAt, type CacheShape } from '../support/cache-words.ts';
import { setTree, treeWords } from '../support/draft-trees.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom, shuffled } from '../support/seeded-random.ts';

interface Shape extends CacheShape {
  readonly nodes: number;
  readonly layer: number;
  readonly sequences: readonly { readonly lengths: readonly number[]; readonly path: readonly number[] }[];
}

/** Paths in which a slot is where one node goes and another comes from, that stay where they are, and that are empty. */
const SEQUENCES: Shape['sequences'] = [
  { lengths: [100, 61, 3], path: [0, 1, 3, 4] },
  { lengths: [62, 62, 62], path: [0, 2, 5, 9, 13] },
  { lengths: [0, 128, 64], path: [0, 1, 2] },
  { lengths: [30, 30, 30], path: [] },
  { lengths: [50, 60, 70], path: [0] },
];

const shapesOf = (kv: KvType): readonly Shape[] => [
  { kv, kvHeads: 1, headDim: 4, nodes: 8, layer: 0, sequences: [{ lengths: [100], path: [0, 1, 3, 6] }] },
  { kv, kvHeads: 3, headDim: 20, nodes: 16, layer: 1, sequences: SEQUENCES },
];

const PAGES = 3;
const layoutOf = ({ kvHeads, sequences, nodes }: Shape) =>
  stepLayout({
    maxRows: nodes,
    maxLogitRows: nodes,
    maxSequences: sequences.length + 1,
    layers: 2,
    kvStride: kvHeads,
    maxPages: PAGES,
  });

export default kernelCase(keepPath, {
  shapes: (['f16', 'f32', 'q8'] as const).flatMap(shapesOf),
  bench: [
    {
      kv: 'f16',
      kvHeads: 3,
      headDim: 64,
      nodes: 16,
      layer: 0,
      sequences: [{ lengths: [500, 500, 500], path: [0, 2, 5, 9] }],
    },
  ] as readonly Shape[],
  build(shape, random) {
    const { kvHeads, sequences, layer, nodes } = shape;
    const layout = layoutOf(shape);
    const draw = seededRandom(random.word());
    const state = new Uint32Array(layout.words);
    state.set(layoutWords(layout), LAYOUT_AT);
    const cache = CacheWords.filled(shape, sequences.length * PAGES, 0);
    for (let i = 0; i < cache.words.length; i++) cache.words[i] = random.word();
    const pages = shuffled(sequences.length * PAGES, draw);
    const words = treeWords(sequences.length);
    sequences.forEach(({ lengths, path }, i) => {
      const sequence = sequences.length - i;
      state.set(pages.slice(i * PAGES, (i + 1) * PAGES), pageAt(layout, sequence, layer, 0));
      lengths.forEach(
        (length, head) => (state[lengthAt(layout, sequence, layer, head)] = length % (PAGES * PAGE_SLOTS - nodes)),
      );
      const nothing = Array.from({ length: nodes }, () => 0);
      setTree(words, i, { sequence, position: 9, tokens: nothing, parents: nothing, path });
    });
    return {
      params: { layer, trees: sequences.length },
      constants: { KV_HEADS: kvHeads, HEAD_DIM: shape.headDim },
      variant: { kv: shape.kv },
      buffers: { state, trees: words, cache: cache.words },
    };
  },
  reference({ buffers }, shape) {
    const { kvHeads, sequences, layer } = shape;
    const layout = layoutOf(shape);
    const state = buffers.state as Uint32Array;
    const before = buffers.cache as Uint32Array<ArrayBuffer>;
    const mass = new Float32Array(sequences.length * PAGES * kvHeads * PAGE_SLOTS);
    const from = new CacheWords(shape, before, mass);
    const to = new CacheWords(shape, Uint32Array.from(before), mass);
    sequences.forEach(({ path }, i) => {
      const sequence = sequences.length - i;
      for (let head = 0; head < kvHeads; head++) {
        const length = state[lengthAt(layout, sequence, layer, head)]!;
        const pageOf = (slot: number): number => state[pageAt(layout, sequence, layer, slot)]!;
        path.forEach((node, j) => {
          to.write(pageOf(length + j), head, length + j, from.read(pageOf(length + node), head, length + node));
        });
      }
    });
    return { cache: to.words };
  },
  // Words are moved.
  tolerance: 0,
  probe: ({ KV_HEADS, HEAD_DIM }, { kv }): Shape => ({
    kv,
    kvHeads: Number(KV_HEADS),
    headDim: Number(HEAD_DIM),
    nodes: 8,
    layer: 0,
    sequences: [{ lengths: Array<number>(Number(KV_HEADS)).fill(61), path: [0, 1, 3, 4] }],
  }),
  label: ({ kv, kvHeads, headDim, sequences }) =>
    `${kv}, ${kvHeads} KV heads of ${headDim}, ${sequences.map(({ path }) => path.length).join(' + ')} nodes`,
  work: ({ kvHeads, headDim, sequences }) => ({
    bytes: sequences.reduce((sum, { path }) => sum + path.length, 0) * kvHeads * headDim * 8,
    flops: 0,
  }),
});
