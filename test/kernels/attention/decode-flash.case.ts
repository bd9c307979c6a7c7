import {
  decodeConstants,
  decodeFlash,
  partialsBytes,
  type DecodeShape,
} from '../../../src/kernels/attention/decode-flash.ts';
import { slotBytes } from '../../../src/kernels/cache-layout.ts';
import { kernelCase } from '../../support/kernel-case.ts';
import {
  attentionOf,
  buildScene,
  look,
  sceneLabel,
  shortScene,
  untouched,
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

/** What stands for the maximum of a split that sees nothing, -3e38: beside it, no difference would count. */
const NO_MAXIMUM = -1000;

/** Per (row, head, split): the sums of 2^(score - max) * value, the maximum in log2 units, the sum of 2^(score - max), and two zeros. */
function partialsOf(scene: Scene, splits: number): number[] {
  const heads = scene.kvHeads * scene.group;
  const all: number[] = [];
  for (let row = 0; row < scene.bucket; row++)
    for (let head = 0; head < heads; head++)
      for (let split = 0; split < splits; split++) {
        if (!scene.rows[row]?.valid) {
          all.push(...untouched(scene.headDim + 4));
          continue;
        }
        const mine = look(scene, row, head).filter(({ slot }) => Math.floor(slot / 64) % splits === split);
        const max = Math.max(-3e38, ...mine.map(({ score }) => score * Math.LOG2E));
        const sums = Array<number>(scene.headDim).fill(0);
        let weight = 0;
        for (const { score, value } of mine) {
          const share = 2 ** (score * Math.LOG2E - max);
          weight += share;
          value.forEach((element, i) => (sums[i]! += share * element));
        }
        all.push(...sums, mine.length > 0 ? max : NO_MAXIMUM, weight, 0, 0);
      }
  return all;
}

export default kernelCase(decodeFlash, {
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
  label: ({ cut = small, splits, ...scene }) =>
    `${sceneLabel(scene)}, ${Math.max(1, splits)} splits, ${cut.threads} threads of ${cut.lanes} lanes, ${cut.exchange}`,
  // On a CPU a workgroup is one subgroup.
  suits: ({ cut = small }, { software }) => software === (cut.threads === cut.lanes),
  check: shortScene,
  missing: ({ cut = small }, { features }) =>
    cut.exchange === 'subgroup' && features.subgroupMinSize < cut.lanes
      ? `subgroups of at least ${cut.lanes}`
      : undefined,
  build(shape, random) {
    const scene = buildScene(shape, random);
    const { kvHeads, group, headDim, bucket, layer, scale, state, cache, query } = scene;
    const { cut = small } = shape;
    const splits = Math.max(1, shape.splits);
    const heads = kvHeads * group;
    const built = {
      params: { scale, layer, splits, rows: bucket },
      constants: {
        KV_HEADS: kvHeads,
        GROUP: group,
        HEAD_DIM: headDim,
        WINDOW: shape.window ?? 0,
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
        partials: untouched(partialsBytes(bucket, heads, headDim, splits) / 4),
      },
    };
    scenes.set(built, scene);
    return built;
  },
  reference(built, shape) {
    const scene = scenes.get(built)!;
    const { output, lse, partials } = built.buffers;
    return shape.splits === 0
      ? { ...attentionOf(scene), partials }
      : { output, lse, partials: partialsOf(scene, shape.splits) };
  },
  decode: ({ partials, ...others }) => ({
    ...others,
    partials: Float32Array.from(partials!, (number) => (number < -1e38 ? NO_MAXIMUM : number)),
  }),
  tolerance: 2e-5,
  work: ({ kv, kvHeads, group, headDim, sequences }) => {
    const slots = sequences.reduce((sum, { length, rows }) => sum + rows * (Math.max(...[length].flat()) + 1), 0);
    return {
      bytes: slots * kvHeads * slotBytes(kv, headDim),
      flops: 4 * slots * kvHeads * group * headDim,
    };
  },
});
