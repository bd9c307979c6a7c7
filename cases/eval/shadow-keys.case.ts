import { shadowKeys } from '../../src/kernels/eval/shadow-keys.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { buildScene, UNTOUCHED, untouched, type Scene, type SceneShape } from '../attention/scene.ts';

const scenes = new WeakMap<object, Scene>();
const one = { kv: 'f16', kvHeads: 3, group: 1, headDim: 32, bucket: 1 } as const;

/** Room for some of the positions only: a row past it is left out. */
const capacityOf = ({ rows }: Scene): number => Math.max(...rows.map(({ position }) => position));

export default kernelCase(shadowKeys, {
  shapes: [
    { ...one, bucket: 2, sequences: [{ length: 70, rows: 2 }] },
    { ...one, bucket: 8, invalid: [1], sequences: [{ length: [20, 63, 5], rows: 6 }] },
    { ...one, kv: 'f32', headDim: 80, kvHeads: 2, bucket: 4, sequences: [{ length: 0, rows: 4 }] },
    { ...one, kv: 'q8', headDim: 128, kvHeads: 1, bucket: 2, sequences: [{ length: 64, rows: 2 }] },
  ] as readonly SceneShape[],
  bench: [],
  build(shape, random) {
    const scene = buildScene(shape, random);
    const { kv, kvHeads, headDim, bucket, layer, state, cache } = scene;
    const capacity = capacityOf(scene);
    const built = {
      params: { layer, rows: bucket, capacity },
      constants: { KV_HEADS: kvHeads, HEAD_DIM: headDim },
      variant: { kv },
      buffers: { state, cache, keys: untouched(kvHeads * capacity * headDim) },
    };
    scenes.set(built, scene);
    return built;
  },
  reference(built) {
    const scene = scenes.get(built)!;
    const { kvHeads, headDim, rows, slots } = scene;
    const capacity = capacityOf(scene);
    const keys = Array<number>(kvHeads * capacity * headDim).fill(UNTOUCHED);
    for (const { sequence, position, ordinal, valid, lengths } of rows)
      for (let head = 0; head < kvHeads; head++)
        if (valid && position < capacity)
          slots[sequence - 1]![head]![lengths[head]! + ordinal]!.key.forEach((element, i) => {
            keys[(head * capacity + position) * headDim + i] = element;
          });
    return { keys };
  },
  // Codes times their scale are rounded once in f32.
  tolerance: 1e-6,
});
