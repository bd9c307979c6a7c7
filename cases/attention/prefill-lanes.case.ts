import {
  prefillLanes,
  prefillLanesConstants,
  type PrefillLanesShape,
} from '../../src/kernels/attention/prefill-lanes.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { headsOf } from '../support/probe-heads.ts';
import {
  attentionConstants,
  attentionOf,
  buildScene,
  RANGES,
  hasTrees,
  prefillWork,
  sceneLabel,
  shortScene,
  untouched,
  type Scene,
  type SceneShape,
} from './scene.ts';

interface Shape extends SceneShape {
  readonly cut?: PrefillLanesShape;
}

const scenes = new WeakMap<object, Scene>();

const narrow: PrefillLanesShape = { lanes: 8, lines: 1 };

/** Narrow heads where the width does not matter: wider ones take software adapters longer to compile. */
const one = { kv: 'f16', kvHeads: 3, group: 3, headDim: 32, bucket: 16 } as const;

export default kernelCase(prefillLanes, {
  shapes: [
    { ...one, sequences: [{ length: 0, rows: 16 }] },
    { ...one, ahead: true, sequences: [{ length: 0, rows: 16 }] },
    {
      ...one,
      ahead: true,
      window: 8,
      bucket: 32,
      sequences: [
        { length: 0, rows: 20 },
        { length: 0, rows: 11 },
      ],
    },
    { ...one, softCap: 2, window: 40, sequences: [{ length: 70, rows: 15 }] },
    { ...one, bucket: 64, sequences: [{ length: 0, rows: 61 }] },
    { ...one, headDim: 64, sequences: [{ length: 63, rows: 9 }] },
    { ...one, sequences: [{ length: [5, 190, 129], rows: 16 }] },
    { ...one, bucket: 64, kv: 'f32', cut: { lanes: 8, lines: 2 }, sequences: [{ length: 30, rows: 64 }] },
    { ...one, kvHeads: 1, group: 7, headDim: 80, sequences: [{ length: 70, rows: 13 }] },
    { ...one, kvHeads: 1, group: 1, headDim: 4, sequences: [{ length: 80, rows: 16 }] },
    { ...one, kvHeads: 1, group: 16, headDim: 16, sequences: [{ length: 40, rows: 16 }] },
    { ...one, cut: { lanes: 4, lines: 1 }, sequences: [{ length: 63, rows: 9 }] },
    { ...one, cut: { lanes: 32, lines: 1 }, sequences: [{ length: 63, rows: 9 }] },
    { ...one, ranges: RANGES, sequences: [{ length: 70, rows: 11 }] },
    { ...one, window: 1, sequences: [{ length: 70, rows: 11 }] },
    { ...one, window: 100, ordered: true, sequences: [{ length: 300, rows: 16 }] },
    {
      ...one,
      bucket: 32,
      sequences: [
        { length: 40, rows: 1, select: 2 },
        { length: 190, rows: 9, mask: { window: 50, sinks: 20 } },
        { length: 80, rows: 4 },
      ],
    },
    { ...one, ordered: true, sequences: [{ length: 300, rows: 16, mask: { window: 100, sinks: 5 } }] },
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
    { ...one, kv: 'q8', sequences: [{ length: [5, 190, 129], rows: 16 }] },
    {
      ...one,
      kv: 'q8',
      kvHeads: 1,
      group: 2,
      headDim: 80,
      cut: { lanes: 8, lines: 2 },
      sequences: [{ length: 63, rows: 9 }],
    },
    { ...one, kv: 'q8', window: 100, ordered: true, sequences: [{ length: 300, rows: 16 }] },
    { ...one, sequences: [{ length: 63, rows: 11, tree: [0, 0, 0, 0, 1, 1, 2, 4, 4, 7, 9] }] },
    {
      ...one,
      bucket: 64,
      kv: 'q8',
      window: 50,
      invalid: [6, 40],
      sequences: [
        { length: [5, 190, 129], rows: 7, tree: [0, 0, 1, 1, 0, 2, 4] },
        { length: 40, rows: 40, tree: Array.from({ length: 40 }, (_, node) => Math.floor(node / 3)) },
        { length: 1, rows: 9, tree: [0, 0, 1, 2, 3, 4, 5, 6, 7] },
      ],
    },
  ] as readonly Shape[],
  bench: [
    { ...one, bucket: 256, headDim: 64, sequences: [{ length: 256, rows: 256 }] },
    { ...one, bucket: 256, headDim: 64, sequences: [{ length: 1792, rows: 256 }] },
    { ...one, bucket: 256, headDim: 64, kv: 'q8', sequences: [{ length: 1792, rows: 256 }] },
  ] as readonly Shape[],
  missing: ({ cut = narrow }, { features: { subgroupMinSize, subgroupMaxSize } }) =>
    subgroupMinSize === cut.lanes && subgroupMaxSize === cut.lanes ? undefined : `subgroups of exactly ${cut.lanes}`,
  build(shape, random) {
    const scene = buildScene(shape, random);
    const { kv, kvHeads, group, headDim, bucket, layer, scale, state, cache, query } = scene;
    const built = {
      params: { scale, layer, rows: bucket },
      constants: {
        ...attentionConstants(shape),
        ...prefillLanesConstants(shape.cut ?? narrow, headDim),
      },
      variant: { kv, trees: hasTrees(shape) },
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
  // As attention/decode-flash: weights 2^score of scores that are off by some ulp of 2e-6.
  tolerance: 2e-5,
  probe: (constants, { kv, trees }) => ({
    ...headsOf(constants),
    kv,
    bucket: 16,
    cut: { lanes: Number(constants.LANES), lines: Number(constants.LINES) },
    sequences: [
      {
        length: 60,
        rows: 11,
        ...(constants.MASKED && { mask: { window: 40, sinks: 3 } }),
        ...(trees && { tree: [0, 0, 0, 0, 1, 1, 2, 4, 4, 7, 9] }),
      },
    ],
  }),
  label: sceneLabel,
  suits: (_shape, { software }) => software,
  check: shortScene,
  work: prefillWork,
});
