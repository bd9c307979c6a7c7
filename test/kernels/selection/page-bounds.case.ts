import { pageBounds } from '../../../src/kernels/selection/page-bounds.ts';
import { kernelCase } from '../../support/kernel-case.ts';
import { buildScene, sceneLabel, shortScene, type Scene, type SceneShape } from '../attention/scene.ts';
import { BLOCK } from '../../reference/selection.ts';
import { boundsAfter, boundsBefore, KIND, OTHER_KIND, putBounds } from './selection-scene.ts';

interface Shape extends SceneShape {
  /** All bounds of this sequence, instead of what the step closes. */
  readonly whole?: number;
}

const scenes = new WeakMap<object, Scene>();
const one = { kv: 'f16', kvHeads: 3, group: 1, headDim: 64, bucket: 16 } as const;
const selecting = (length: number | readonly number[], rows: number) => ({ length, rows, select: KIND });

export default kernelCase(pageBounds, {
  shapes: [
    { ...one, sequences: [selecting(0, 15)] },
    { ...one, sequences: [selecting(0, 16)] },
    { ...one, kv: 'f32', headDim: 80, bucket: 64, sequences: [selecting(77, 53)] },
    { ...one, headDim: 4, kvHeads: 1, bucket: 128, sequences: [selecting(13, 120)] },
    {
      ...one,
      headDim: 128,
      bucket: 64,
      invalid: [18],
      sequences: [
        selecting([13, 0, 31], 20),
        { length: 31, rows: 1 },
        { length: 10, rows: 20, select: OTHER_KIND },
        selecting(60, 9),
      ],
    },
    { ...one, whole: 2, sequences: [selecting(40, 1), { length: [15, 100, 160], rows: 1, select: OTHER_KIND }] },
  ] as readonly Shape[],
  bench: [{ ...one, group: 3, bucket: 256, sequences: [selecting(1792, 256)] }],
  label: sceneLabel,
  check: shortScene,
  build(shape, random) {
    const scene = buildScene(shape, random);
    const { kv, kvHeads, headDim, bucket, layer, state, cache } = scene;
    const built = {
      params: { layer, kind: KIND, count: shape.whole ? 9 : bucket, sequence: shape.whole ?? 0 },
      constants: { KV_HEADS: kvHeads, HEAD_DIM: headDim, WHOLE: shape.whole !== undefined },
      variant: { kv },
      buffers: { state, cache, bounds: boundsBefore(scene) },
    };
    scenes.set(built, scene);
    // With WHOLE nothing is there yet.
    if (shape.whole) built.buffers.bounds.fill(5);
    return built;
  },
  reference(built, { whole }) {
    const scene = scenes.get(built)!;
    if (!whole) return { bounds: boundsAfter(scene, built.buffers.bounds) };
    const bounds = [...built.buffers.bounds];
    // 9 blocks are asked for: 144 slots.
    scene.rows
      .find(({ sequence }) => sequence === whole)!
      .lengths.forEach((length, head) => {
        for (let last = BLOCK - 1; last < Math.min(length, 144); last += BLOCK)
          putBounds(bounds, scene, whole, head, last);
      });
    return { bounds };
  },
  // Minima and maxima are exact; only the last bits of f32 are.
  tolerance: 1e-7,
  work: ({ kvHeads, headDim, sequences }) => ({
    bytes: sequences.reduce((sum, { rows }) => sum + rows, 0) * kvHeads * headDim * 2.5,
    flops: 0,
  }),
});
