import { observeLines } from '../../src/kernels/attention/column-sums.ts';
import { noisyLse } from '../../src/kernels/attention/noisy-lse.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { gumbelNoise, isObserved, logSum, watch, weighedOf, type Watch, type WatchedScene } from './observed.ts';
import { headsOf } from '../support/probe-heads.ts';
import {
  attentionConstants,
  buildScene,
  sceneLabel,
  shortScene,
  UNTOUCHED,
  untouched,
  type SceneShape,
} from './scene.ts';

interface Shape extends SceneShape {
  readonly watches: readonly Watch[];
  readonly parts?: number;
}

const scenes = new WeakMap<object, WatchedScene>();

const one = { kv: 'f16', kvHeads: 3, group: 3, headDim: 32, bucket: 16 } as const;
const noisy: Watch = { policy: 2, observe: 'noisyMass', tau: [1, 0.25], promptEnd: 5, seed: 77 };

export default kernelCase(noisyLse, {
  shapes: [
    { ...one, watches: [noisy], sequences: [{ length: 0, rows: 1 }] },
    { ...one, watches: [noisy], softCap: 2, sequences: [{ length: 30, rows: 4 }] },
    { ...one, watches: [noisy], sequences: [{ length: [61, 5, 130], rows: 13 }] },
    { ...one, watches: [noisy], parts: 4, sequences: [{ length: [61, 5, 130], rows: 13 }] },
    { ...one, watches: [{ ...noisy, from: 7, until: 9 }], sequences: [{ length: 70, rows: 12 }] },
    { ...one, watches: [noisy], kv: 'f32', kvHeads: 2, group: 7, headDim: 80, sequences: [{ length: 65, rows: 9 }] },
    { ...one, watches: [noisy], kvHeads: 1, group: 1, headDim: 128, sequences: [{ length: 30, rows: 10 }] },
    { ...one, watches: [noisy], window: 20, sequences: [{ length: 90, rows: 11 }] },
    { ...one, watches: [noisy], sequences: [{ length: 90, rows: 16, mask: { window: 20, sinks: 3 } }] },
    {
      ...one,
      parts: 4,
      bucket: 32,
      invalid: [0, 3, 12, 20],
      watches: [noisy, { policy: 1, observe: 'mass', from: 1 }, { policy: 1 }, { ...noisy, seed: 5, decoding: true }],
      sequences: [
        { length: 20, rows: 5 },
        { length: [90, 0, 64], rows: 6 },
        { length: 1, rows: 4 },
        { length: 70, rows: 9 },
      ],
    },
  ] as readonly Shape[],
  bench: [1, 4].map((parts): Shape => ({
    ...one,
    parts,
    bucket: 64,
    headDim: 64,
    watches: [noisy],
    sequences: [{ length: 1024, rows: 64 }],
  })),
  label: ({ parts = 1, ...scene }) => `${sceneLabel(scene)}, ${parts} parts`,
  suits: ({ parts = 1 }, { software }) => software === (parts === 1),
  check: shortScene,
  build(shape, random) {
    const scene = watch(buildScene(shape, random), shape.watches, () => random.next());
    const { kv, kvHeads, group, bucket, layer, scale, state, cache, query } = scene;
    const heads = kvHeads * group;
    const built = {
      params: { scale, layer, rows: bucket },
      constants: {
        ...attentionConstants(shape),
        LINES: observeLines(group),
        PARTS: shape.parts ?? 1,
      },
      variant: { kv, noise: gumbelNoise },
      buffers: {
        state,
        query,
        cache,
        lse: Float32Array.from({ length: bucket * heads }, () => random.normal()),
        log_sums: untouched(bucket * heads),
      },
    };
    scenes.set(built, scene);
    return built;
  },
  reference(built, { kvHeads, group, bucket }) {
    const scene = scenes.get(built)!;
    const heads = kvHeads * group;
    const log_sums = Array.from({ length: bucket * heads }, (_, i) => {
      const row = Math.floor(i / heads);
      if (!isObserved(scene, row)) return UNTOUCHED;
      const noise = scene.watches[scene.rows[row]!.sequence - 1]!.observe === 'noisyMass';
      return noise ? logSum(weighedOf(scene, row, i % heads)) : built.buffers.lse[i]!;
    });
    return { log_sums };
  },
  // Scores and noise below 20, each right to an ulp of 2e-6; a log-sum is off by no more than they, and some exp2.
  tolerance: 1e-5,
  probe: (constants, { kv }) => ({
    ...headsOf(constants),
    kv,
    masked: constants.MASKED === true,
    bucket: 16,
    parts: Number(constants.PARTS),
    watches: [noisy],
    sequences: [{ length: 60, rows: 11 }],
  }),
  work: ({ kvHeads, group, headDim, sequences }) => {
    let bytes = 0;
    let pairs = 0;
    for (const { length, rows } of sequences) {
      const longest = Math.max(...[length].flat());
      bytes += (longest + rows) * kvHeads * headDim * 2;
      pairs += rows * (longest + (rows + 1) / 2) * kvHeads * group;
    }
    return { bytes, flops: 2 * pairs * headDim };
  },
});
