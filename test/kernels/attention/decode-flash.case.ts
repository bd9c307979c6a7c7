import { decodeFlash, decodeShape, partialsBytes } from '../../../src/kernels/attention/decode-flash.ts';
import { kernelCase } from '../../support/kernel-case.ts';
import { attentionOf, buildScene, look, untouched, type Scene, type SceneShape } from './scene.ts';

interface Shape extends SceneShape {
  /** 0 = direct. */
  readonly splits: number;
  readonly threads?: number;
}

/** From a built case to the scene it was made from. */
const scenes = new WeakMap<object, Scene>();

const one = { kv: 'f16', kvHeads: 3, group: 3, headDim: 64, bucket: 1 } as const;

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
        all.push(...sums, max, weight, 0, 0);
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
    { ...one, splits: 0, threads: 128, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, headDim: 80, group: 1, kvHeads: 2, sequences: [{ length: 65, rows: 1 }] },
    { ...one, splits: 0, headDim: 128, group: 7, kvHeads: 2, sequences: [{ length: 130, rows: 1 }] },
    { ...one, splits: 0, headDim: 64, group: 16, kvHeads: 1, sequences: [{ length: 100, rows: 1 }] },
    { ...one, splits: 0, kv: 'f32', headDim: 256, group: 2, kvHeads: 1, sequences: [{ length: 66, rows: 1 }] },
    { ...one, splits: 0, headDim: 4, group: 1, kvHeads: 1, sequences: [{ length: 66, rows: 1 }] },
    { ...one, splits: 0, window: 1, sequences: [{ length: 90, rows: 1 }] },
    { ...one, splits: 0, window: 50, kv: 'f32', sequences: [{ length: 200, rows: 1 }] },
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
    { ...one, splits: 4, headDim: 128, group: 7, kvHeads: 1, sequences: [{ length: 300, rows: 1 }] },
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
  ] as readonly Shape[],
  bench: [
    { ...one, splits: 0, sequences: [{ length: 255, rows: 1 }] },
    { ...one, splits: 8, sequences: [{ length: 2047, rows: 1 }] },
    { ...one, splits: 16, kvHeads: 8, group: 4, headDim: 128, sequences: [{ length: 4095, rows: 1 }] },
  ],
  build(shape, random) {
    const scene = buildScene(shape, random);
    const { kvHeads, group, headDim, bucket, layer, scale, state, cache, query } = scene;
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
        ...decodeShape(group),
        ...(shape.threads ? { THREADS: shape.threads } : {}),
      },
      variant: { kv: shape.kv },
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
  tolerance: 2e-5,
  work: ({ kv, kvHeads, group, headDim, sequences }) => {
    const slots = sequences.reduce((sum, { length, rows }) => sum + rows * (Math.max(...[length].flat()) + 1), 0);
    return {
      bytes: slots * kvHeads * headDim * 2 * (kv === 'f16' ? 2 : 4),
      flops: 4 * slots * kvHeads * group * headDim,
    };
  },
});
