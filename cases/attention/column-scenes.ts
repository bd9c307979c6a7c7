import type { KernelWork } from '../../src/kernels/cases/kernel-case.ts';
import type { Random } from '../../src/core/rng.ts';
import type { ColumnSlotsShape } from '../../src/kernels/attention/column-sums.ts';
import {
  gumbelNoise,
  isObserved,
  logSum,
  massOf,
  watch,
  weighedOf,
  type Watch,
  type WatchedScene,
} from './observed.ts';
import type { KvType } from '../../src/kernels/cache-layout.ts';
import type { ConstantValue } from '../../src/gpu/wgsl.ts';
import { headsOf } from '../support/probe-heads.ts';
import { attentionConstants, buildScene, shortScene, untouched, type SceneShape } from './scene.ts';

/** Observed rows behind slots. */
export interface Shape extends SceneShape {
  readonly watches: readonly Watch[];
  readonly noise?: boolean;
  /** How column-sums is cut. */
  readonly cut?: ColumnSlotsShape;
  /** Of column-sums-lanes, by default 8. */
  readonly lanes?: number;
}

/** From a built case to the scene it was made from. */
export const scenes = new WeakMap<object, WatchedScene>();

/** A thread goes through all rows, and reads its key for each few. */
export const plain: ColumnSlotsShape = { parts: 1, held: 0 };
/** Keys partly in registers, the rest read again. */
const fine: ColumnSlotsShape = { parts: 4, held: 2 };

const one = { kv: 'f16', kvHeads: 3, group: 3, headDim: 32, bucket: 16 } as const;
const mass: Watch = { policy: 1, observe: 'mass', decay: 0.5 };
const noisy: Watch = { policy: 2, observe: 'noisyMass', decay: 1, tau: [1, 0.25], promptEnd: 5, seed: 77 };

/** What both kernels are checked with. */
export const shapes: readonly Shape[] = [
  { ...one, watches: [mass], sequences: [{ length: 0, rows: 1 }] },
  { ...one, watches: [mass], bucket: 64, sequences: [{ length: 0, rows: 61 }] },
  { ...one, watches: [mass], sequences: [{ length: [5, 190, 129], rows: 16 }] },
  { ...one, watches: [mass], cut: fine, sequences: [{ length: [5, 190, 129], rows: 15 }] },
  { ...one, watches: [{ ...mass, decoding: true }], cut: fine, sequences: [{ length: 70, rows: 7 }] },
  { ...one, watches: [{ ...mass, decoding: true, decay: 0 }], sequences: [{ length: 70, rows: 3 }] },
  { ...one, watches: [{ ...mass, from: 9, until: 11 }], sequences: [{ length: 60, rows: 12 }] },
  { ...one, watches: [{ ...mass, from: 12 }], sequences: [{ length: 60, rows: 12 }] },
  { ...one, watches: [{ policy: 3 }], sequences: [{ length: 60, rows: 12 }] },
  { ...one, watches: [{}], sequences: [{ length: 60, rows: 12 }] },
  { ...one, watches: [mass], kv: 'f32', kvHeads: 2, group: 7, headDim: 80, sequences: [{ length: 65, rows: 9 }] },
  { ...one, watches: [mass], kvHeads: 1, group: 1, headDim: 128, cut: fine, sequences: [{ length: 130, rows: 10 }] },
  { ...one, watches: [mass], kvHeads: 1, group: 2, headDim: 256, sequences: [{ length: 3, rows: 9 }] },
  { ...one, watches: [mass], kvHeads: 1, group: 16, headDim: 4, sequences: [{ length: 40, rows: 16 }] },
  { ...one, watches: [mass], window: 1, sequences: [{ length: 70, rows: 11 }] },
  { ...one, watches: [mass], softCap: 2, sequences: [{ length: 70, rows: 11 }] },
  { ...one, watches: [mass], window: 100, ordered: true, sequences: [{ length: 300, rows: 16 }] },
  { ...one, watches: [mass], sequences: [{ length: 90, rows: 16, mask: { window: 20, sinks: 3 } }] },
  { ...one, watches: [mass], sequences: [{ length: 90, rows: 16, mask: { window: 20, sinks: 0 } }] },
  {
    ...one,
    bucket: 32,
    invalid: [0, 3, 12, 20],
    watches: [mass, { ...mass, from: 2, decoding: true, decay: 0.25 }, { policy: 1 }, {}],
    sequences: [
      { length: 20, rows: 7 },
      { length: [90, 0, 64], rows: 6 },
      { length: 1, rows: 9 },
      { length: 30, rows: 2 },
    ],
  },
  { ...one, noise: true, watches: [noisy], sequences: [{ length: 61, rows: 13 }] },
  {
    ...one,
    noise: true,
    cut: fine,
    group: 7,
    kvHeads: 2,
    bucket: 32,
    invalid: [1],
    watches: [{ ...noisy, decoding: true, decay: 0.5 }, mass, { ...noisy, seed: 2 ** 32 - 1, from: 4 }],
    sequences: [
      { length: [70, 5], rows: 6 },
      { length: 20, rows: 6 },
      { length: 66, rows: 9 },
    ],
  },
];

/** What both kernels are given. */
export function inputsOf(shape: Shape, random: Random) {
  const scene = watch(buildScene(shape, random), shape.watches, () => random.next());
  const { kv, kvHeads, group, bucket, layer, scale, state, cache, query, layout } = scene;
  const heads = kvHeads * group;
  // Only what rows that count were given may be read.
  const logSums = untouched(bucket * heads).fill(Infinity);
  for (let row = 0; row < scene.rows.length; row++)
    for (let head = 0; head < heads; head++)
      if (isObserved(scene, row)) logSums[row * heads + head] = logSum(weighedOf(scene, row, head));
  return {
    scene,
    params: { scale, layer, tiles: layout.maxPages, sequences: layout.maxSequences },
    constants: attentionConstants(shape),
    variant: { kv, noise: shape.noise ? gumbelNoise : undefined },
    buffers: { state, query, cache, log_sums: logSums, mass: scene.mass },
  };
}

/** What both cases have in common. */
export const common = {
  check: (shape: Shape): Shape => shortScene(shape),
  reference: (built: object) => ({ mass: massOf(scenes.get(built)!, 'several rows') }),
  // As attention/decode-flash, with log-sums rounded to an ulp of 2e-6 besides, and the shares of up to 61 rows added up.
  tolerance: 5e-5,
  work: ({ kvHeads, group, headDim, sequences }: Shape): KernelWork => {
    let bytes = 0;
    let pairs = 0;
    for (const { length, rows } of sequences) {
      const longest = Math.max(...[length].flat());
      bytes += (longest + rows) * kvHeads * (headDim * 2 + 8);
      pairs += rows * (longest + (rows + 1) / 2) * kvHeads * group;
    }
    return { bytes, flops: 2 * pairs * headDim };
  },
} as const;

/** A scene whose kernels have these constants. */
export const probeOf = (
  constants: Parameters<typeof headsOf>[0] & { readonly MASKED: ConstantValue },
  { kv, noise }: { readonly kv: KvType; readonly noise?: unknown },
): Shape => ({
  ...headsOf(constants),
  kv,
  noise: noise !== undefined,
  masked: constants.MASKED === true,
  bucket: 16,
  watches: [noise ? noisy : mass],
  sequences: [{ length: 60, rows: 11 }],
});

/** What is timed. */
export const timed = [64, 256].map((rows): Shape => {
  return { ...one, bucket: rows, headDim: 64, watches: [mass], sequences: [{ length: 1024, rows }] };
});
