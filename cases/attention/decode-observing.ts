import {
  decodeConstants,
  decodeFlashObserving,
  partialsBytes,
  type DecodeShape,
} from '../../src/kernels/attention/decode-flash.ts';
import { scoreConstants } from '../../src/kernels/attention/observed.ts';
import { kernelCase } from '../support/kernel-case.ts';
import {
  gumbelNoise,
  isObserved,
  massOf,
  seenOf,
  watch,
  weighedOf,
  type Watch,
  type WatchedScene,
} from './observed.ts';
import { headsOf } from '../support/probe-heads.ts';
import { comparable, partialsOf } from './partials.ts';
import {
  attentionConstants,
  attentionOf,
  buildScene,
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
  readonly watches: readonly Watch[];
  readonly noise?: boolean;
}

const small: DecodeShape = { threads: 16, lanes: 8, exchange: 'workgroup', heads: 3 };
const narrow: DecodeShape = { threads: 8, lanes: 8, exchange: 'subgroup', heads: 3 };
/** More lanes than slots of a round. */
const broad: DecodeShape = { threads: 32, lanes: 32, exchange: 'workgroup', heads: 1 };
const wide: DecodeShape = { threads: 128, lanes: 8, exchange: 'workgroup', heads: 3 };

const scenes = new WeakMap<object, WatchedScene>();

const one = { kv: 'f16', kvHeads: 3, group: 3, headDim: 32, bucket: 1, splits: 0 } as const;
const mass: Watch = { policy: 1, observe: 'mass', decay: 0.5, decoding: true };
const noisy: Watch = { ...mass, observe: 'noisyMass', tau: [1, 0.25], promptEnd: -2, seed: 77 };

/** Slots of a row and head that the scores have room for: no tile. */
export const capacityOf = (scene: Scene): number => Math.max(...scene.slots.flat().map((slots) => slots.length)) + 3;

/** Partials with those of the noisy scores, where rows are observed with noise. */
export const observedPartials = (scene: WatchedScene, splits: number): readonly number[] =>
  partialsOf(scene, splits, {
    noisy: (row, head) =>
      scene.watches[scene.rows[row]!.sequence - 1]?.observe === 'noisyMass' && isObserved(scene, row)
        ? weighedOf(scene, row, head)
        : undefined,
  });

/** How the scores of a scene lie: [rows, kvHeads, SCORE_QUADS, capacity] vectors of four heads. */
export interface ScoreLayout {
  readonly capacity: number;
  /** Heads of a batch, which fills BATCH_QUADS vectors. */
  readonly heads: number;
}

/** f32 elements of the scores. */
export const scoreElements = (
  { bucket, kvHeads, group }: Pick<Scene, 'bucket' | 'kvHeads' | 'group'>,
  { capacity, heads }: ScoreLayout,
): number => bucket * kvHeads * scoreConstants(group, heads).SCORE_QUADS * capacity * 4;

/** Where the score of a slot lies. */
function scoreIndex({ kvHeads, group }: Scene, { capacity, heads }: ScoreLayout, row: number, head: number) {
  const { BATCH_QUADS, SCORE_QUADS } = scoreConstants(group, heads);
  const inGroup = head % group;
  const quad = Math.floor(inGroup / heads) * BATCH_QUADS + Math.floor((inGroup % heads) / 4);
  const first = (row * kvHeads + Math.floor(head / group)) * SCORE_QUADS + quad;
  return (slot: number): number => 4 * (first * capacity + slot) + ((inGroup % heads) % 4);
}

/** The scores that an observed row keeps, in log2 units; elsewhere what was there. */
export function scoresOf(scene: WatchedScene, scores: ArrayLike<number>, layout: ScoreLayout): number[] {
  const all = Array.from(scores);
  const heads = scene.kvHeads * scene.group;
  for (let row = 0; row < scene.rows.length; row++)
    for (let head = 0; head < heads && isObserved(scene, row); head++) {
      const at = scoreIndex(scene, layout, row, head);
      for (const { slot, score } of weighedOf(scene, row, head)) all[at(slot)] = score * Math.LOG2E;
    }
  return all;
}

/** The scores of slots that a row and head see, and those of rows that are not observed; nobody reads what else is there. */
function shownScores(scene: WatchedScene, scores: ArrayLike<number>, layout: ScoreLayout): Float64Array {
  const shown = new Float64Array(scores.length);
  const heads = scene.kvHeads * scene.group;
  for (let row = 0; row < scene.bucket; row++)
    for (let head = 0; head < heads; head++) {
      const at = scoreIndex(scene, layout, row, head);
      const slots = isObserved(scene, row)
        ? seenOf(scene, row, head).map(({ slot }) => slot)
        : Array.from({ length: layout.capacity }, (_, slot) => slot);
      for (const slot of slots) shown[at(slot)] = scores[at(slot)]!;
    }
  return shown;
}

const layoutOf = (scene: Scene, { cut = small }: Shape): ScoreLayout => ({
  capacity: capacityOf(scene),
  heads: cut.heads,
});

export const decodeObservingCase = kernelCase(decodeFlashObserving, {
  shapes: [
    { ...one, watches: [mass], sequences: [{ length: 0, rows: 1 }] },
    { ...one, watches: [mass], sequences: [{ length: [62, 63, 64], rows: 1 }] },
    { ...one, watches: [{ ...mass, decay: 0 }], cut: wide, sequences: [{ length: 300, rows: 1 }] },
    {
      ...one,
      watches: [{ ...mass, decoding: false }],
      cut: narrow,
      headDim: 64,
      sequences: [{ length: 300, rows: 1 }],
    },
    {
      ...one,
      watches: [mass],
      headDim: 80,
      group: 1,
      kvHeads: 2,
      cut: broad,
      kv: 'f32',
      sequences: [{ length: 65, rows: 1 }],
    },
    {
      ...one,
      watches: [mass],
      headDim: 128,
      group: 7,
      kvHeads: 1,
      cut: { ...small, heads: 7 },
      sequences: [{ length: 130, rows: 1 }],
    },
    { ...one, watches: [mass], window: 50, sequences: [{ length: 200, rows: 1 }] },
    { ...one, watches: [mass], window: 100, ordered: true, sequences: [{ length: 300, rows: 1 }] },
    {
      ...one,
      bucket: 8,
      invalid: [2],
      noise: true,
      watches: [mass, { policy: 1 }, mass, {}, { ...mass, from: 1 }, noisy, { ...mass, until: 0 }],
      sequences: [70, 64, 12, 63, 20, [5, 129, 70], 3].map((length) => ({ length, rows: 1 })),
    },
    {
      ...one,
      noise: true,
      watches: [noisy],
      group: 7,
      kvHeads: 1,
      cut: { ...small, heads: 7 },
      sequences: [{ length: 90, rows: 1 }],
    },
    { ...one, noise: true, watches: [noisy], window: 50, cut: wide, sequences: [{ length: 200, rows: 1 }] },
    { ...one, splits: 3, watches: [mass], sequences: [{ length: [150, 64, 250], rows: 1 }] },
    {
      ...one,
      splits: 1,
      watches: [mass],
      group: 7,
      kvHeads: 1,
      cut: { ...small, heads: 4 },
      sequences: [{ length: 90, rows: 1 }],
    },
    {
      ...one,
      splits: 4,
      noise: true,
      bucket: 4,
      invalid: [1],
      group: 7,
      kvHeads: 2,
      watches: [noisy, noisy, mass, { ...noisy, seed: 3, promptEnd: 4 }],
      cut: { ...small, heads: 4 },
      sequences: [
        { length: [150, 64], rows: 1 },
        { length: 20, rows: 1 },
        { length: 90, rows: 1 },
        { length: 260, rows: 1 },
      ],
    },
  ] as readonly Shape[],
  bench: [narrow, { ...narrow, threads: 128 }].flatMap((cut): Shape[] =>
    [false, true].flatMap((noise) =>
      [511, 2047].map((length): Shape => {
        const splits = Math.ceil((length + 1) / (cut === narrow ? 512 : 128));
        return {
          ...one,
          cut,
          noise,
          headDim: 64,
          watches: [noise ? noisy : mass],
          splits: splits === 1 ? 0 : splits,
          sequences: [{ length, rows: 1 }],
        };
      }),
    ),
  ),
  label: ({ cut = small, splits, noise, ...scene }) =>
    `${sceneLabel(scene)}, ${Math.max(1, splits)} splits, ${cut.threads} threads of ${cut.lanes} lanes, ${cut.exchange}, ${noise ? 'noisy ' : ''}mass`,
  suits: ({ cut = small }, { software }) => software === (cut.threads === cut.lanes),
  check: shortScene,
  missing: ({ cut = small }, { features }) =>
    cut.exchange === 'subgroup' && features.subgroupMinSize < cut.lanes
      ? `subgroups of at least ${cut.lanes}`
      : undefined,
  build(shape, random) {
    const scene = watch(buildScene(shape, random), shape.watches, () => random.next());
    const { kvHeads, group, headDim, bucket, layer, scale, state, cache, query } = scene;
    const { cut = small } = shape;
    const splits = Math.max(1, shape.splits);
    const heads = kvHeads * group;
    const capacity = capacityOf(scene);
    scenes.set(shape, scene);
    return {
      params: { scale, layer, splits, rows: bucket, capacity, kind: 0 },
      constants: {
        ...attentionConstants(shape),
        DIRECT: shape.splits === 0,
        ...decodeConstants(cut, headDim),
        ...scoreConstants(group, cut.heads),
      },
      variant: { kv: shape.kv, exchange: cut.exchange, noise: shape.noise ? gumbelNoise : undefined },
      buffers: {
        state,
        query,
        cache,
        output: untouched(bucket * heads * headDim),
        lse: untouched(bucket * heads),
        partials: untouched(partialsBytes(bucket, heads, headDim, splits) / 4),
        scores: untouched(scoreElements(scene, { capacity, heads: cut.heads })),
        mass: scene.mass,
      },
    };
  },
  reference({ buffers: { output, lse, partials, mass: before, scores } }, shape) {
    const scene = scenes.get(shape)!;
    const layout = layoutOf(scene, shape);
    const noted = shownScores(scene, scoresOf(scene, scores, layout), layout);
    return shape.splits === 0
      ? { ...attentionOf(scene), partials, scores: noted, mass: massOf(scene, 'single rows') }
      : comparable({ output, lse, partials: observedPartials(scene, shape.splits), scores: noted, mass: before });
  },
  decode(got, shape) {
    const scene = scenes.get(shape)!;
    return comparable({ ...got, scores: shownScores(scene, got['scores'] as Float32Array, layoutOf(scene, shape)) });
  },
  // As attention/decode-flash: weights 2^score of scores that are off by some ulp of 2e-6.
  tolerance: 2e-5,
  probe: (constants, { kv, exchange, noise }) => ({
    ...headsOf(constants),
    kv,
    noise: noise !== undefined,
    masked: constants.MASKED === true,
    bucket: 1,
    splits: constants.DIRECT ? 0 : 2,
    cut: {
      threads: Number(constants.THREADS),
      lanes: Number(constants.LANES),
      exchange,
      heads: Number(constants.HEADS),
    },
    watches: [noise ? noisy : mass],
    sequences: [{ length: 70, rows: 1 }],
  }),
  work: ({ kvHeads, group, headDim, sequences }) => {
    const slots = sequences.reduce((sum, { length, rows }) => sum + rows * (Math.max(...[length].flat()) + 1), 0);
    return {
      bytes: slots * kvHeads * (headDim * 4 + group * 8 + 8),
      flops: 4 * slots * kvHeads * group * headDim,
    };
  },
});
