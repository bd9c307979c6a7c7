import { quest } from '../../src/attention/selections/quest.ts';
import { accessorsPart } from '../../src/kernels/method-words.ts';
import { pageTopK } from '../../src/kernels/selection/page-top-k.ts';
import { kernelCase } from '../support/kernel-case.ts';
import {
  attends,
  buildScene,
  sceneLabel,
  shortScene,
  type Scene,
  type SceneSequence,
  type SceneShape,
} from '../attention/scene.ts';
import { questPages, slotsOf } from '../reference/selection.ts';
import {
  boundsAfter,
  boundsBefore,
  inputsOfRow,
  KIND,
  OTHER_KIND,
  readLists,
  untouchedLists,
  wantLists,
} from './selection-scene.ts';

interface Shape extends SceneShape {
  /** Queries are 0, so that all bounds are equal. */
  readonly ties?: boolean;
}

const scenes = new WeakMap<object, Scene>();
const one = { kv: 'f16', kvHeads: 3, group: 3, headDim: 32, bucket: 1 } as const;

/** The same where slots were evicted: what is always read goes by places. */
const evicted = (sequence: SceneSequence): SceneSequence => ({
  ...sequence,
  methods: { ...sequence.methods, policy: 1 },
});

/** A sequence whose rows choose `pages` pages. */
const choosing = (
  length: number | readonly number[],
  pages: number,
  { rows = 1, page = 16, sinks = 4, recent = 20 } = {},
): SceneSequence => ({
  length,
  rows,
  select: KIND,
  selection: quest({ pages, page: page as 16 | 32 | 64, sinks, recent }),
});

const capacityOf = ({ sequences }: Shape): number =>
  Math.max(...sequences.flatMap(({ length, rows }) => [length].flat().map((slots) => slots + rows))) + 5;

export default kernelCase(pageTopK, {
  shapes: [
    { ...one, sequences: [choosing(0, 3)] },
    { ...one, sequences: [choosing(15, 1, { sinks: 0, recent: 1 })] },
    { ...one, sequences: [choosing(300, 5)] },
    { ...one, sequences: [choosing(303, 6, { sinks: 0, recent: 1 })] },
    { ...one, ties: true, sequences: [choosing(300, 7, { sinks: 0 })] },
    { ...one, sequences: [choosing(300, 2, { sinks: 40, recent: 70 })] },
    { ...one, sequences: [choosing(300, 100)] },
    { ...one, sequences: [evicted(choosing(300, 9, { sinks: 4, recent: 4 }))] },
    { ...one, sequences: [evicted(choosing([310, 303, 200], 3, { sinks: 0, recent: 1 }))] },
    { ...one, sequences: [evicted(choosing(500, 5, { page: 32, sinks: 2, recent: 3 }))] },
    { ...one, kv: 'f32', headDim: 80, kvHeads: 2, group: 1, sequences: [choosing(500, 4, { page: 32, recent: 1 })] },
    { ...one, headDim: 128, kvHeads: 1, group: 7, sequences: [choosing(700, 4, { page: 64 })] },
    { ...one, headDim: 64, kvHeads: 1, group: 16, sequences: [choosing(4300, 40)] },
    {
      ...one,
      bucket: 8,
      invalid: [4],
      sequences: [
        { length: 90, rows: 1 },
        choosing([140, 70, 303], 3, { rows: 3, recent: 1 }),
        choosing(100, 3),
        { length: 100, rows: 1, select: OTHER_KIND },
        // Below METHOD_SELECT_DENSE the layer attends to everything, and yet keeps bounds.
        { ...choosing(111, 2, { sinks: 0, recent: 1 }), methods: { selectDense: 2 } },
      ],
    },
  ] as readonly Shape[],
  bench: [
    { ...one, headDim: 64, sequences: [choosing(8191, 32, { recent: 64 })] },
    { ...one, headDim: 128, kvHeads: 8, group: 4, sequences: [choosing(8191, 32, { recent: 64 })] },
  ],
  label: sceneLabel,
  check: shortScene,
  build(shape, random) {
    const scene = buildScene(shape, random);
    const { kv, kvHeads, group, headDim, bucket, layer, state, cache, query } = scene;
    if (shape.ties) query.fill(0);
    const capacity = capacityOf(shape);
    const built = {
      params: { layer, kind: KIND, rows: bucket, capacity },
      constants: { KV_HEADS: kvHeads, GROUP: group, HEAD_DIM: headDim },
      variant: { kv, accessors: accessorsPart(quest({ pages: 1 }).words) },
      buffers: {
        state,
        query,
        cache,
        bounds: boundsBefore(scene),
        scores: new Uint32Array(bucket * kvHeads * group * capacity),
        selected: untouchedLists(scene, capacity),
      },
    };
    scenes.set(built, scene);
    return built;
  },
  reference(built, shape) {
    const scene = scenes.get(built)!;
    const lists = scene.rows.map(({ sequence, lengths }, row) =>
      lengths.map((length, head) => {
        if (!attends(scene, row, KIND)) return [];
        const { methods: { policy = 0 } = {}, selection } = scene.sequences[sequence - 1]!;
        const { pages: wanted, page, sinks, recent } = selection!.values as Record<string, number>;
        const { keys, queries } = inputsOfRow(scene, row, head);
        const pages = questPages({
          keys,
          queries,
          length,
          pages: wanted!,
          page: page!,
          sinks: sinks!,
          recent: recent!,
          ...(policy > 0 && {
            places: scene.slots[sequence - 1]![head]!.slice(0, keys.length).map(({ position }) => position),
          }),
        });
        return slotsOf(pages, page!, keys.length);
      }),
    );
    return {
      bounds: boundsAfter(scene, built.buffers.bounds),
      lists: wantLists(scene, capacityOf(shape), lists),
    };
  },
  decode: ({ bounds, selected }, shape) => ({
    bounds: bounds!,
    lists: readLists(selected!, capacityOf(shape)),
  }),
  // Lists are exact, and bounds but for the one rounding of a q8 element, 6e-8.
  tolerance: 1e-7,
  probe: ({ KV_HEADS, GROUP, HEAD_DIM }, { kv }) => ({
    kv,
    kvHeads: Number(KV_HEADS),
    group: Number(GROUP),
    headDim: Number(HEAD_DIM),
    bucket: 1,
    sequences: [choosing(200, 5, { sinks: 0, recent: 1 })],
  }),
  work: ({ kvHeads, group, headDim, sequences }) => {
    const slots = sequences.reduce((sum, { length, rows }) => sum + rows * (Math.max(...[length].flat()) + 1), 0);
    return { bytes: (slots / 16) * kvHeads * headDim * 8, flops: (slots / 16) * kvHeads * group * headDim * 4 };
  },
});
