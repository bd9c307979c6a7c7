import { listedMass } from '../../src/kernels/attention/listed-mass.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { headsOf } from '../support/probe-heads.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { KIND, OTHER_KIND } from '../selection/selection-scene.ts';
import { gumbelNoise, massOf, watch, type Watch, type WatchedScene } from './observed.ts';
import {
  attends,
  attentionConstants,
  buildScene,
  sceneLabel,
  shortScene,
  untouched,
  type Lists,
  type SceneShape,
} from './scene.ts';

interface Shape extends SceneShape {
  readonly watches: readonly Watch[];
  readonly noise?: boolean;
  /** One of so many slots is listed, the row's own always. */
  readonly every: number;
}

const scenes = new WeakMap<object, { readonly scene: WatchedScene; readonly lists: Lists }>();

const one = { kv: 'f16', kvHeads: 3, group: 3, headDim: 32, bucket: 1, every: 3 } as const;
const mass: Watch = { policy: 1, observe: 'mass', decay: 0.5, decoding: true };
const noisy: Watch = { ...mass, observe: 'noisyMass', decay: 1, tau: [1, 0.25], promptEnd: -2, seed: 77 };
const choosing = (length: number | readonly number[]) => ({ length, rows: 1, select: KIND });

export default kernelCase(listedMass, {
  shapes: [
    { ...one, watches: [mass], sequences: [choosing(0)] },
    { ...one, watches: [mass], softCap: 2, sequences: [choosing(70)] },
    { ...one, watches: [mass], sequences: [choosing([62, 63, 64])] },
    { ...one, watches: [{ ...mass, decay: 1 }], every: 1, sequences: [choosing(300)] },
    { ...one, watches: [{ ...mass, decay: 0 }], every: 40, sequences: [choosing(300)] },
    { ...one, watches: [mass], kv: 'f32', kvHeads: 2, group: 7, headDim: 80, sequences: [choosing(130)] },
    { ...one, watches: [mass], kv: 'q8', kvHeads: 1, group: 1, headDim: 128, sequences: [choosing(65)] },
    { ...one, watches: [mass], window: 50, sequences: [choosing(200)] },
    { ...one, watches: [{ policy: 3, decoding: true }], sequences: [choosing(70)] },
    { ...one, watches: [{ decoding: true }], sequences: [choosing(70)] },
    { ...one, watches: [noisy], noise: true, group: 5, sequences: [choosing(150)] },
    {
      ...one,
      bucket: 8,
      invalid: [4],
      noise: true,
      watches: [mass, noisy, mass, mass, mass],
      sequences: [
        choosing([90, 0, 64]),
        choosing(40),
        { length: 50, rows: 1, select: OTHER_KIND },
        { length: 20, rows: 1 },
        choosing(10),
      ],
    },
  ] as readonly Shape[],
  bench: [{ ...one, watches: [mass], headDim: 64, every: 16, sequences: [choosing(8191)] }],
  label: sceneLabel,
  check: (shape) => ({ ...shape, ...shortScene(shape), sequences: [choosing(200)] }),
  build(shape, random) {
    const scene = watch(buildScene(shape, random), shape.watches, () => random.next());
    const draw = seededRandom(random.word());
    const { kv, kvHeads, group, bucket, layer, scale, state, cache, query } = scene;
    const capacity = Math.max(...scene.slots.flat().map((slots) => slots.length)) + 3;
    const lists: Lists = scene.rows.map(({ lengths, ordinal }, row) =>
      lengths.map((length) => {
        const slots = length + ordinal + 1;
        if (!attends(scene, row, KIND)) return [];
        return Array.from({ length: slots }, (_, slot) => slot).filter(
          (slot) => slot === slots - 1 || draw.int(shape.every) === 0,
        );
      }),
    );
    const selected = new Uint32Array(bucket * kvHeads * (capacity + 1)).fill(7);
    lists.forEach((heads, row) =>
      heads.forEach((list, head) => selected.set([list.length, ...list], (row * kvHeads + head) * (capacity + 1))),
    );
    const built = {
      params: { scale, layer, kind: KIND, rows: bucket, capacity },
      constants: attentionConstants(shape),
      variant: { kv, noise: shape.noise ? gumbelNoise : undefined },
      buffers: {
        state,
        query,
        cache,
        selected,
        scores: untouched(bucket * kvHeads * group * capacity),
        mass: scene.mass,
      },
    };
    scenes.set(built, { scene, lists });
    return built;
  },
  reference(built) {
    const { scene, lists } = scenes.get(built)!;
    return { mass: massOf(scene, 'single rows', { kind: KIND, lists }) };
  },
  // Scores are scratch.
  decode: ({ mass: got }) => ({ mass: got! }),
  // As attention/decode-flash: shares 2^score of scores that are off by some ulp of 2e-6.
  tolerance: 2e-5,
  probe: (constants, { kv, noise }) => ({
    ...headsOf(constants),
    kv,
    noise: noise !== undefined,
    masked: constants.MASKED === true,
    bucket: 1,
    every: 3,
    watches: [noise ? noisy : mass],
    sequences: [choosing(70)],
  }),
  work: ({ kvHeads, group, headDim, every, sequences: [first] }) => {
    const slots = Number(first!.length) + 1;
    return {
      bytes: kvHeads * (8 * slots + (slots / every) * (headDim * 2 + group * 8)),
      flops: 2 * kvHeads * group * headDim * (slots / every),
    };
  },
});
