import { mergeSplitsObserving } from '../../src/kernels/attention/merge.ts';
import { scoreConstants } from '../../src/kernels/attention/observed.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { headsOf } from '../support/probe-heads.ts';
import { capacityOf, observedPartials, scoreElements, scoresOf } from './decode-observing.ts';
import { gumbelNoise, massOf, watch, type Watch, type WatchedScene } from './observed.ts';
import {
  attentionConstants,
  attentionOf,
  buildScene,
  sceneLabel,
  shortScene,
  untouched,
  type SceneShape,
} from './scene.ts';

interface Shape extends SceneShape {
  readonly splits: number;
  readonly observers: number;
  /** Default 64. */
  readonly threads?: number;
  /** Heads of a batch, by default the group. */
  readonly heads?: number;
  readonly watches: readonly Watch[];
  readonly noise?: boolean;
}

const scenes = new WeakMap<object, WatchedScene>();

const one = { kv: 'f16', kvHeads: 3, group: 3, headDim: 32, bucket: 1 } as const;
const mass: Watch = { policy: 1, observe: 'mass', decay: 0.5, decoding: true };
const noisy: Watch = { ...mass, observe: 'noisyMass', tau: [1, 0.25], promptEnd: -2, seed: 77 };

export const mergeObservingCase = kernelCase(mergeSplitsObserving, {
  shapes: [
    { ...one, splits: 1, observers: 1, watches: [mass], sequences: [{ length: 0, rows: 1 }] },
    { ...one, splits: 2, observers: 3, threads: 8, watches: [mass], sequences: [{ length: [150, 64, 250], rows: 1 }] },
    {
      ...one,
      splits: 5,
      observers: 2,
      watches: [{ ...mass, decay: 0 }],
      kv: 'f32',
      kvHeads: 1,
      group: 16,
      headDim: 128,
      sequences: [{ length: 70, rows: 1 }],
    },
    {
      ...one,
      splits: 3,
      observers: 2,
      threads: 8,
      watches: [noisy],
      noise: true,
      kvHeads: 1,
      group: 16,
      heads: 3,
      sequences: [{ length: 300, rows: 1 }],
    },
    {
      ...one,
      splits: 64,
      observers: 1,
      watches: [mass],
      kvHeads: 2,
      group: 1,
      headDim: 80,
      sequences: [{ length: 400, rows: 1 }],
    },
    { ...one, splits: 3, observers: 2, watches: [mass], window: 50, sequences: [{ length: 300, rows: 1 }] },
    {
      ...one,
      splits: 3,
      observers: 2,
      bucket: 8,
      invalid: [2],
      noise: true,
      group: 7,
      heads: 5,
      kvHeads: 2,
      watches: [mass, { policy: 1 }, mass, {}, { ...mass, from: 1 }, noisy, { ...noisy, until: 0 }],
      sequences: [70, 64, 12, 63, 20, [5, 129], 3].map((length) => ({ length, rows: 1 })),
    },
  ] as readonly Shape[],
  bench: [64, 8].map((threads): Shape => {
    const sequences = [{ length: 2047, rows: 1 }];
    return { ...one, splits: 4, observers: 4, threads, headDim: 64, watches: [mass], sequences };
  }),
  label: ({ splits, observers, threads = 64, ...scene }) =>
    `${sceneLabel(scene)}, ${splits} splits, mass by ${observers} workgroups of ${threads} threads`,
  check: shortScene,
  build(shape, random) {
    const scene = watch(buildScene(shape, random), shape.watches, () => random.next());
    const { kv, kvHeads, group, headDim, bucket, layer, state, cache } = scene;
    const { splits, observers } = shape;
    const heads = kvHeads * group;
    const layout = { capacity: capacityOf(scene), heads: shape.heads ?? group };
    const { capacity } = layout;
    const built = {
      params: { splits, rows: bucket, layer, kind: 0, capacity, observers },
      constants: {
        ...attentionConstants(shape),
        Q_HEADS: heads,
        THREADS: shape.threads ?? 64,
        ...scoreConstants(group, layout.heads),
      },
      variant: { kv, noise: shape.noise ? gumbelNoise : undefined },
      buffers: {
        state,
        partials: Float32Array.from(observedPartials(scene, splits)),
        output: untouched(bucket * heads * headDim),
        lse: untouched(bucket * heads),
        cache,
        scores: Float32Array.from(scoresOf(scene, untouched(scoreElements(scene, layout)), layout)),
        mass: scene.mass,
      },
    };
    scenes.set(built, scene);
    return built;
  },
  reference(built) {
    const scene = scenes.get(built)!;
    return { ...attentionOf(scene), mass: massOf(scene, 'single rows') };
  },
  // As attention/decode-flash, whose scores it turns into mass.
  tolerance: 2e-5,
  probe: (constants, { kv, noise }) => ({
    ...headsOf(constants),
    kv,
    noise: noise !== undefined,
    masked: constants.MASKED === true,
    bucket: 1,
    splits: 2,
    observers: 2,
    threads: Number(constants.THREADS),
    heads: Number(constants.HEADS),
    watches: [noise ? noisy : mass],
    sequences: [{ length: 70, rows: 1 }],
  }),
  work: ({ kvHeads, group, headDim, splits, sequences: [first] }) => ({
    bytes: 4 * kvHeads * (group * splits * (headDim + 4) + (Number(first!.length) + 1) * (group + 2)),
    flops: 2 * kvHeads * group * (splits * headDim + Number(first!.length) + 1),
  }),
});
