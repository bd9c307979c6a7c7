import { pageBounds } from '../../src/kernels/selection/page-bounds.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { buildScene, sceneLabel, shortScene, type Scene, type SceneShape } from '../attention/scene.ts';
import { BLOCK } from '../reference/selection.ts';
import { boundsAfter, boundsBefore, KIND, OTHER_KIND, putBounds } from './selection-scene.ts';

interface Shape extends SceneShape {
  /** All bounds of so many sequences from this one on, instead of what the step closes; of one kind where that is given. */
  readonly whole?: number;
  readonly sequencesAt?: number;
  readonly kind?: number;
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
    {
      ...one,
      whole: 1,
      sequencesAt: 3,
      kind: KIND,
      sequences: [selecting([40, 16, 99], 1), { length: 60, rows: 1, select: OTHER_KIND }, selecting(33, 1)],
    },
  ] as readonly Shape[],
  bench: [{ ...one, group: 3, bucket: 256, sequences: [selecting(1792, 256)] }],
  label: sceneLabel,
  check: shortScene,
  build(shape, random) {
    const scene = buildScene(shape, random);
    const { kv, kvHeads, headDim, bucket, layer, state, cache } = scene;
    const built = {
      params: {
        layer,
        kind: shape.whole ? (shape.kind ?? 0) : KIND,
        count: shape.whole ? 9 : bucket,
        sequence: shape.whole ?? 0,
        sequences: shape.sequencesAt ?? 1,
      },
      constants: { KV_HEADS: kvHeads, HEAD_DIM: headDim, WHOLE: shape.whole !== undefined },
      variant: { kv },
      buffers: { state, cache, bounds: boundsBefore(scene) },
    };
    scenes.set(built, scene);
    // With WHOLE nothing is there yet.
    if (shape.whole) built.buffers.bounds.fill(5);
    return built;
  },
  reference(built, { whole, sequencesAt = 1, kind }) {
    const scene = scenes.get(built)!;
    if (!whole) return { bounds: boundsAfter(scene, built.buffers.bounds) };
    const bounds = [...built.buffers.bounds];
    // 9 blocks are asked for: 144 slots.
    for (const { sequence, lengths, select } of scene.rows) {
      if (sequence < whole || sequence >= whole + sequencesAt || (kind !== undefined && select !== kind)) continue;
      lengths.forEach((length, head) => {
        for (let last = BLOCK - 1; last < Math.min(length, 144); last += BLOCK)
          putBounds(bounds, scene, sequence, head, last);
      });
    }
    return { bounds };
  },
  // Minima and maxima are exact; a q8 element is a product that is rounded once, by 6e-8.
  tolerance: 1e-7,
  probe: ({ KV_HEADS, HEAD_DIM, WHOLE }, { kv }) => ({
    kv,
    kvHeads: Number(KV_HEADS),
    group: 1,
    headDim: Number(HEAD_DIM),
    bucket: 16,
    sequences: [selecting(30, 9)],
    ...(WHOLE && { whole: 1 }),
  }),
  work: ({ kvHeads, headDim, sequences }) => ({
    bytes: sequences.reduce((sum, { rows }) => sum + rows, 0) * kvHeads * headDim * 2.5,
    flops: 0,
  }),
});
