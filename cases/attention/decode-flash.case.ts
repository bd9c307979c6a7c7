import {
  decodeConstants,
  decodeFlash,
  decodeFlashListed,
  partialsBytes,
  type DecodeShape,
} from '../../src/kernels/attention/decode-flash.ts';
import type { KernelWork } from '../../src/kernels/cases/kernel-case.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { slotBytes } from '../../src/kernels/cache-layout.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { decodeObservingCase } from './decode-observing.ts';
import { comparable, LOWEST, partialsOf } from './partials.ts';
import {
  attentionConstants,
  attentionOf,
  buildScene,
  sceneLabel,
  shortScene,
  untouched,
  type Lists,
  type Scene,
  type SceneShape,
} from './scene.ts';

interface Shape extends SceneShape {
  /** 0 = direct. */
  readonly splits: number;
  readonly cut?: DecodeShape;
}

/** Runs on every device; two teams of threads, whose maxima meet at the end, and batches of heads. */
const small: DecodeShape = { threads: 16, lanes: 8, exchange: 'workgroup', heads: 2 };
const narrow: DecodeShape = { threads: 8, lanes: 8, exchange: 'subgroup', heads: 3 };
/** More lanes than slots of a round. */
const broad: DecodeShape = { threads: 32, lanes: 32, exchange: 'workgroup', heads: 1 };
const wide: DecodeShape = { threads: 128, lanes: 8, exchange: 'workgroup', heads: 3 };

/** From a built case to the scene it was made from. */
const scenes = new WeakMap<object, Scene>();

/** Narrow heads where the width does not matter: wider ones take software adapters longer to compile. */
const one = { kv: 'f16', kvHeads: 3, group: 3, headDim: 32, bucket: 1 } as const;

/** The constants and inputs that both kernels take. */
function inputsOf(shape: Shape, scene: Scene) {
  const { kvHeads, group, headDim, bucket, state, cache, query } = scene;
  const { cut = small } = shape;
  const heads = kvHeads * group;
  return {
    constants: {
      ...attentionConstants(shape),
      DIRECT: shape.splits === 0,
      ...decodeConstants(cut, headDim),
    },
    variant: { kv: shape.kv, exchange: cut.exchange },
    buffers: {
      state,
      query,
      cache,
      output: untouched(bucket * heads * headDim),
      lse: untouched(bucket * heads),
      partials: untouched(partialsBytes(bucket, heads, headDim, Math.max(1, shape.splits)) / 4),
    },
  };
}

const missing = ({ cut = small }: Shape, { features }: Pick<Gpu, 'features'>): string | undefined =>
  cut.exchange === 'subgroup' && features.subgroupMinSize < cut.lanes
    ? `subgroups of at least ${cut.lanes}`
    : undefined;

const label = ({ cut = small, splits, ...scene }: Shape): string =>
  `${sceneLabel(scene)}, ${Math.max(1, splits)} splits, ${cut.threads} threads of ${cut.lanes} lanes, ${cut.exchange}`;

// On a CPU a workgroup is one subgroup.
const suits = ({ cut = small }: Shape, { software }: Pick<Gpu, 'software'>): boolean =>
  software === (cut.threads === cut.lanes);

/** Keys and values of so many slots for every row, and two multiply-adds per (head, slot, element). */
const workOf = ({ kv, kvHeads, group, headDim }: Shape, slots: number): KernelWork => ({
  bytes: slots * kvHeads * slotBytes(kv, headDim),
  flops: 4 * slots * kvHeads * group * headDim,
});

const every = kernelCase(decodeFlash, {
  shapes: [
    { ...one, splits: 0, sequences: [{ length: 0, rows: 1 }] },
    { ...one, splits: 0, sequences: [{ length: 62, rows: 1 }] },
    { ...one, splits: 0, sequences: [{ length: 63, rows: 1 }] },
    { ...one, splits: 0, sequences: [{ length: 64, rows: 1 }] },
    { ...one, splits: 0, kv: 'f32', sequences: [{ length: 128, rows: 1 }] },
    { ...one, splits: 0, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, cut: wide, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, cut: narrow, headDim: 64, sequences: [{ length: 64, rows: 1 }] },
    { ...one, splits: 0, cut: narrow, headDim: 64, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, cut: { ...narrow, threads: 64 }, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, cut: { ...narrow, threads: 64, lanes: 16 }, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, cut: { ...narrow, threads: 4, lanes: 4 }, sequences: [{ length: 65, rows: 1 }] },
    { ...one, splits: 0, headDim: 80, group: 1, kvHeads: 2, cut: broad, sequences: [{ length: 65, rows: 1 }] },
    { ...one, splits: 0, headDim: 128, group: 7, kvHeads: 2, cut: broad, sequences: [{ length: 130, rows: 1 }] },
    { ...one, splits: 0, cut: { ...narrow, heads: 4 }, group: 16, kvHeads: 1, sequences: [{ length: 100, rows: 1 }] },
    {
      ...one,
      splits: 0,
      kv: 'f32',
      headDim: 256,
      group: 2,
      kvHeads: 1,
      cut: broad,
      sequences: [{ length: 66, rows: 1 }],
    },
    { ...one, splits: 0, headDim: 4, group: 1, kvHeads: 1, sequences: [{ length: 66, rows: 1 }] },
    { ...one, splits: 0, window: 1, sequences: [{ length: 90, rows: 1 }] },
    { ...one, splits: 0, window: 50, kv: 'f32', sequences: [{ length: 200, rows: 1 }] },
    { ...one, splits: 0, window: 100, ordered: true, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, window: 100, cut: narrow, ordered: true, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 3, window: 100, cut: wide, ordered: true, sequences: [{ length: 900, rows: 1 }] },
    { ...one, splits: 0, bucket: 4, sequences: [{ length: [5, 70, 129], rows: 3 }] },
    {
      ...one,
      splits: 0,
      bucket: 8,
      invalid: [1, 5],
      sequences: [
        { length: 20, rows: 3 },
        { length: [90, 0, 64], rows: 4 },
      ],
    },
    {
      ...one,
      splits: 0,
      bucket: 4,
      sequences: [
        { length: 200, rows: 1, mask: { window: 60, sinks: 70 } },
        { length: 90, rows: 1, select: 2 },
        { length: 100, rows: 1 },
      ],
    },
    { ...one, splits: 0, ordered: true, sequences: [{ length: 300, rows: 1, mask: { window: 100, sinks: 5 } }] },
    {
      ...one,
      splits: 3,
      window: 150,
      kv: 'f32',
      bucket: 2,
      sequences: [
        { length: 500, rows: 1, mask: { window: 90, sinks: 0 } },
        { length: 300, rows: 1, mask: { window: 200, sinks: 3 } },
      ],
    },
    { ...one, splits: 2, sequences: [{ length: 150, rows: 1 }] },
    { ...one, splits: 4, headDim: 128, group: 7, kvHeads: 1, cut: broad, sequences: [{ length: 300, rows: 1 }] },
    {
      ...one,
      splits: 3,
      kv: 'f32',
      bucket: 4,
      invalid: [0],
      sequences: [
        { length: 200, rows: 1 },
        { length: [130, 256, 300], rows: 2 },
      ],
    },
    { ...one, kv: 'q8', splits: 0, sequences: [{ length: 65, rows: 1 }] },
    { ...one, kv: 'q8', splits: 0, cut: narrow, headDim: 80, window: 50, sequences: [{ length: 200, rows: 1 }] },
    {
      ...one,
      kv: 'q8',
      splits: 3,
      headDim: 128,
      group: 2,
      kvHeads: 2,
      cut: broad,
      bucket: 4,
      invalid: [0],
      window: 100,
      ordered: true,
      sequences: [
        { length: 200, rows: 1 },
        { length: [130, 256], rows: 2 },
      ],
    },
  ] as readonly Shape[],
  bench: [narrow, { ...narrow, threads: 128 }, wide].flatMap((cut): Shape[] =>
    [511, 2047, 8191].flatMap((length): Shape[] => {
      const splits = Math.ceil((length + 1) / (cut === narrow ? 512 : 128));
      const shape = { cut, splits: splits === 1 ? 0 : splits, sequences: [{ length, rows: 1 }] };
      const lanes = cut === narrow ? 8 : 16;
      return [
        { ...one, ...shape, headDim: 64 },
        { ...one, ...shape, headDim: 64, kv: 'q8' },
        {
          ...one,
          ...shape,
          kvHeads: 8,
          group: 4,
          headDim: 128,
          cut: { ...cut, heads: 4, lanes, threads: Math.min(cut.threads, 64) },
        },
      ];
    }),
  ),
  label,
  suits,
  check: shortScene,
  missing,
  build(shape, random) {
    const scene = buildScene(shape, random);
    const { bucket, layer, scale } = scene;
    const built = {
      params: { scale, layer, splits: Math.max(1, shape.splits), rows: bucket, capacity: 0, kind: 0 },
      ...inputsOf(shape, scene),
    };
    scenes.set(built, scene);
    return built;
  },
  reference(built, shape) {
    const scene = scenes.get(built)!;
    const { output, lse, partials } = built.buffers;
    return shape.splits === 0
      ? { ...attentionOf(scene), partials }
      : comparable({ output, lse, partials: partialsOf(scene, shape.splits) });
  },
  decode: comparable,
  // A score near 20 is off by an ulp of 2e-6 and the rounding of its products; its weight 2^score by as much of itself.
  tolerance: 2e-5,
  work: (shape) =>
    workOf(
      shape,
      shape.sequences.reduce((sum, { length, rows }) => sum + rows * (Math.max(...[length].flat()) + 1), 0),
    ),
});

interface ListedShape extends Shape {
  /** Slots on the list of a (row, KV head), as many as there are at most; 'all' = every slot. */
  readonly list: number | 'all';
  readonly order?: 'ascending' | 'any';
}

const KIND = 2;
const selecting = (length: number | readonly number[], rows = 1) => ({ length, rows, select: KIND });
const listsOf = new WeakMap<object, Lists>();

/** Random slots for every row and KV head, without order or ascending. */
function makeLists({ rows, slots, kvHeads }: Scene, { list, order = 'ascending' }: ListedShape): Lists {
  const draw = seededRandom(11);
  return rows.map(({ sequence, ordinal, lengths }) =>
    Array.from({ length: kvHeads }, (_, head) => {
      const count = lengths[head]! + ordinal + 1;
      const ranks = slots[sequence - 1]![head]!.slice(0, count).map((_slot, slot) => ({ slot, rank: draw.next() }));
      const chosen = ranks
        .toSorted((a, b) => a.rank - b.rank)
        .slice(0, list === 'all' ? count : list)
        .map(({ slot }) => slot);
      return order === 'any' ? chosen : chosen.toSorted((a, b) => a - b);
    }),
  );
}

const listed = kernelCase(decodeFlashListed, {
  shapes: [
    { ...one, splits: 0, list: 1, sequences: [selecting(70)] },
    { ...one, splits: 0, list: 37, order: 'any', sequences: [selecting(300)] },
    { ...one, splits: 0, list: 'all', sequences: [selecting(150)] },
    { ...one, splits: 0, list: 130, cut: narrow, headDim: 64, sequences: [selecting(400)] },
    { ...one, splits: 0, list: 65, headDim: 128, group: 7, kvHeads: 1, cut: broad, sequences: [selecting(200)] },
    { ...one, splits: 0, list: 40, window: 60, sequences: [selecting(200)] },
    { ...one, splits: 0, list: 0, sequences: [selecting(20)] },
    {
      ...one,
      splits: 0,
      list: 20,
      bucket: 8,
      invalid: [2],
      sequences: [
        { length: 90, rows: 1 },
        selecting([40, 70, 3], 2),
        { length: 50, rows: 1, select: KIND + 1 },
        { ...selecting(120), mask: { window: 30, sinks: 20 } },
      ],
    },
    {
      ...one,
      splits: 3,
      list: 200,
      kv: 'f32',
      bucket: 4,
      sequences: [selecting(300), { length: 200, rows: 1 }, selecting([130, 256, 5])],
    },
  ] as readonly ListedShape[],
  bench: [narrow, { ...narrow, threads: 128 }, wide].map((cut): ListedShape => ({
    ...one,
    cut,
    headDim: 64,
    splits: 0,
    list: 512,
    sequences: [selecting(8191)],
  })),
  label: (shape) => `${shape.list} listed, ${label(shape)}`,
  suits,
  check: shortScene,
  missing,
  build(shape, random) {
    const scene = buildScene(shape, random);
    const { bucket, kvHeads, layer, scale } = scene;
    const lists = makeLists(scene, shape);
    const capacity = Math.max(1, ...lists.flat().map((list) => list.length)) + 3;
    // Entries past a list lead nowhere.
    const selected = new Uint32Array(bucket * kvHeads * (capacity + 1)).fill(0xffffffff);
    lists.flat().forEach((list, i) => selected.set([list.length, ...list], i * (capacity + 1)));
    const inputs = inputsOf(shape, scene);
    const built = {
      params: { scale, layer, splits: Math.max(1, shape.splits), rows: bucket, capacity, kind: KIND },
      ...inputs,
      buffers: { ...inputs.buffers, selected },
    };
    scenes.set(built, scene);
    listsOf.set(built, lists);
    return built;
  },
  reference(built, shape) {
    const scene = scenes.get(built)!;
    const lists = listsOf.get(built)!;
    const { output, lse, partials } = built.buffers;
    if (shape.splits > 0)
      return comparable({ output, lse, partials: partialsOf(scene, shape.splits, { kind: KIND, lists }) });
    const want = attentionOf(scene, KIND, lists);
    // An empty list weighs nothing.
    const lseOf = want.lse.map((number) => (Number.isFinite(number) ? number : LOWEST));
    return comparable({ output: want.output, lse: lseOf, partials });
  },
  decode: comparable,
  // A score near 20 is off by an ulp of 2e-6 and the rounding of its products; its weight 2^score by as much of itself.
  tolerance: 2e-5,
  work: (shape) => workOf(shape, shape.list === 'all' ? 0 : shape.list),
});

export default [every, listed, decodeObservingCase];
