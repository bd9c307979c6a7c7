import {
  flashPrefill,
  prefillConstants,
  prefillShape,
  type PrefillShape,
} from '../../../src/kernels/attention/flash-prefill.ts';
import { kernelCase } from '../../support/kernel-case.ts';
import { attentionOf, buildScene, untouched, type Scene, type SceneShape } from './scene.ts';

interface Shape extends SceneShape {
  readonly cut?: PrefillShape;
}

const scenes = new WeakMap<object, Scene>();

/** Quick to compile on a software adapter; the shapes that ship are tried on a case each. */
const small: PrefillShape = { lines: 2, teams: 2, lanes: 8 };

const one = { kv: 'f16', kvHeads: 3, group: 3, headDim: 64, bucket: 16 } as const;

export default kernelCase(flashPrefill, {
  shapes: [
    { ...one, sequences: [{ length: 0, rows: 16 }] },
    { ...one, bucket: 64, sequences: [{ length: 0, rows: 61 }] },
    { ...one, bucket: 64, kv: 'f32', sequences: [{ length: 0, rows: 64 }] },
    { ...one, bucket: 128, group: 1, sequences: [{ length: 0, rows: 128 }] },
    { ...one, sequences: [{ length: 63, rows: 9 }] },
    { ...one, sequences: [{ length: 190, rows: 16 }] },
    { ...one, kvHeads: 1, group: 7, headDim: 80, sequences: [{ length: 70, rows: 13 }] },
    { ...one, kvHeads: 1, group: 16, headDim: 128, sequences: [{ length: 40, rows: 16 }] },
    { ...one, kvHeads: 2, group: 1, headDim: 128, kv: 'f32', sequences: [{ length: 100, rows: 12 }] },
    { ...one, kvHeads: 1, group: 1, headDim: 4, sequences: [{ length: 80, rows: 16 }] },
    { ...one, window: 1, sequences: [{ length: 70, rows: 11 }] },
    { ...one, window: 40, kv: 'f32', sequences: [{ length: 150, rows: 16 }] },
    { ...one, sequences: [{ length: [5, 70, 129], rows: 16 }] },
    {
      ...one,
      bucket: 32,
      invalid: [0, 3, 12, 20],
      sequences: [
        { length: 20, rows: 7 },
        { length: [90, 0, 64], rows: 6 },
        { length: 1, rows: 9 },
      ],
    },
    { ...one, bucket: 16, invalid: [0, 1, 2, 3, 4, 5, 6, 7, 8], sequences: [{ length: 20, rows: 9 }] },
    {
      ...one,
      bucket: 32,
      cut: prefillShape(64, false),
      sequences: [
        { length: 30, rows: 11 },
        { length: 70, rows: 18 },
      ],
    },
    { ...one, kvHeads: 1, headDim: 256, cut: prefillShape(256, true), sequences: [{ length: 63, rows: 9 }] },
    {
      ...one,
      cut: prefillShape(64, true),
      window: 60,
      sequences: [
        { length: 30, rows: 5 },
        { length: 99, rows: 8 },
      ],
    },
  ] as readonly Shape[],
  bench: [
    { ...one, bucket: 64, cut: prefillShape(64, true), sequences: [{ length: 512, rows: 64 }] },
    { ...one, bucket: 256, cut: prefillShape(64, true), sequences: [{ length: 0, rows: 256 }] },
    { ...one, bucket: 256, cut: prefillShape(64, true), sequences: [{ length: 512, rows: 256 }] },
    { ...one, bucket: 256, cut: prefillShape(64, false), sequences: [{ length: 512, rows: 256 }] },
  ],
  build(shape, random) {
    const scene = buildScene(shape, random);
    const { kv, kvHeads, group, headDim, bucket, layer, scale, state, cache, query } = scene;
    const built = {
      params: { scale, layer, rows: bucket },
      constants: {
        KV_HEADS: kvHeads,
        GROUP: group,
        HEAD_DIM: headDim,
        WINDOW: shape.window ?? 0,
        ...prefillConstants(shape.cut ?? small, headDim),
      },
      variant: { kv },
      buffers: {
        state,
        query,
        cache,
        output: untouched(bucket * kvHeads * group * headDim),
        lse: untouched(bucket * kvHeads * group),
      },
    };
    scenes.set(built, scene);
    return built;
  },
  reference: (built) => attentionOf(scenes.get(built)!),
  tolerance: 2e-5,
  work: ({ kv, kvHeads, group, headDim, sequences }) => {
    const pairs = sequences.reduce(
      (sum, { length, rows }) => sum + rows * (Math.max(...[length].flat()) + rows / 2),
      0,
    );
    return {
      bytes: pairs * kvHeads * headDim * 2 * (kv === 'f16' ? 2 : 4),
      flops: 4 * pairs * kvHeads * group * headDim,
    };
  },
});
