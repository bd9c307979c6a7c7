import { decodeFlash } from '../../src/kernels/attention/decode-flash.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { decodeObservingCase } from './decode-observing.ts';
import { comparable, partialsOf } from './partials.ts';
import { attentionOf, buildScene, RANGES, shortScene } from './scene.ts';
import { decodeListedCase } from './decode-listed.ts';
import {
  narrow,
  broad,
  wide,
  scenes,
  one,
  inputsOf,
  missing,
  label,
  suits,
  workOf,
  probeOf,
  type Shape,
} from './decode-scenes.ts';

const every = kernelCase(decodeFlash, {
  shapes: [
    { ...one, splits: 0, sequences: [{ length: 0, rows: 1 }] },
    { ...one, splits: 0, sequences: [{ length: 62, rows: 1 }] },
    { ...one, splits: 0, sequences: [{ length: 63, rows: 1 }] },
    { ...one, splits: 0, sequences: [{ length: 64, rows: 1 }] },
    { ...one, splits: 0, kv: 'f32', sequences: [{ length: 128, rows: 1 }] },
    { ...one, splits: 0, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, cut: wide, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, cut: narrow, headDim: 64, sequences: [{ length: 64, rows: 1 }] },
    { ...one, splits: 0, cut: narrow, headDim: 64, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, cut: { ...narrow, threads: 64 }, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, cut: { ...narrow, threads: 64, lanes: 16 }, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, cut: { ...narrow, threads: 4, lanes: 4 }, sequences: [{ length: 65, rows: 1 }] },
    { ...one, splits: 0, headDim: 80, group: 1, kvHeads: 2, cut: broad, sequences: [{ length: 65, rows: 1 }] },
    { ...one, splits: 0, headDim: 128, group: 7, kvHeads: 2, cut: broad, sequences: [{ length: 130, rows: 1 }] },
    { ...one, splits: 0, cut: { ...narrow, heads: 4 }, group: 16, kvHeads: 1, sequences: [{ length: 100, rows: 1 }] },
    {
      ...one,
      splits: 0,
      kv: 'f32',
      headDim: 256,
      group: 2,
      kvHeads: 1,
      cut: broad,
      sequences: [{ length: 66, rows: 1 }],
    },
    { ...one, splits: 0, headDim: 4, group: 1, kvHeads: 1, sequences: [{ length: 66, rows: 1 }] },
    { ...one, splits: 0, window: 1, sequences: [{ length: 90, rows: 1 }] },
    { ...one, splits: 0, window: 50, kv: 'f32', sequences: [{ length: 200, rows: 1 }] },
    {
      ...one,
      splits: 0,
      ahead: true,
      bucket: 8,
      sequences: [
        { length: 0, rows: 5 },
        { length: 0, rows: 3 },
      ],
    },
    { ...one, splits: 0, ahead: true, window: 4, bucket: 8, sequences: [{ length: 0, rows: 8 }] },
    { ...one, splits: 0, softCap: 2, sequences: [{ length: 200, rows: 1 }] },
    { ...one, splits: 3, softCap: 2, cut: narrow, window: 100, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, window: 100, ordered: true, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 0, window: 100, cut: narrow, ordered: true, sequences: [{ length: 300, rows: 1 }] },
    { ...one, splits: 3, window: 100, cut: wide, ordered: true, sequences: [{ length: 900, rows: 1 }] },
    { ...one, splits: 0, bucket: 4, sequences: [{ length: [5, 70, 129], rows: 3 }] },
    {
      ...one,
      splits: 0,
      bucket: 8,
      invalid: [1, 5],
      sequences: [
        { length: 20, rows: 3 },
        { length: [90, 0, 64], rows: 4 },
      ],
    },
    {
      ...one,
      splits: 0,
      bucket: 4,
      sequences: [
        { length: 200, rows: 1, mask: { window: 60, sinks: 70 } },
        { length: 90, rows: 1, select: 2 },
        { length: 100, rows: 1 },
      ],
    },
    { ...one, splits: 0, ordered: true, sequences: [{ length: 300, rows: 1, mask: { window: 100, sinks: 5 } }] },
    {
      ...one,
      splits: 3,
      window: 150,
      kv: 'f32',
      bucket: 2,
      sequences: [
        { length: 500, rows: 1, mask: { window: 90, sinks: 0 } },
        { length: 300, rows: 1, mask: { window: 200, sinks: 3 } },
      ],
    },
    // Halves scaled into their range.
    { ...one, splits: 0, ranges: RANGES, bucket: 2, sequences: [{ length: 100, rows: 2 }] },
    { ...one, splits: 2, ranges: RANGES, sequences: [{ length: 150, rows: 1 }] },
    { ...one, splits: 2, sequences: [{ length: 150, rows: 1 }] },
    { ...one, splits: 4, headDim: 128, group: 7, kvHeads: 1, cut: broad, sequences: [{ length: 300, rows: 1 }] },
    {
      ...one,
      splits: 3,
      kv: 'f32',
      bucket: 4,
      invalid: [0],
      sequences: [
        { length: 200, rows: 1 },
        { length: [130, 256, 300], rows: 2 },
      ],
    },
    { ...one, kv: 'q8', splits: 0, sequences: [{ length: 65, rows: 1 }] },
    { ...one, kv: 'q8', splits: 0, cut: narrow, headDim: 80, window: 50, sequences: [{ length: 200, rows: 1 }] },
    {
      ...one,
      kv: 'q8',
      splits: 3,
      headDim: 128,
      group: 2,
      kvHeads: 2,
      cut: broad,
      bucket: 4,
      invalid: [0],
      window: 100,
      ordered: true,
      sequences: [
        { length: 200, rows: 1 },
        { length: [130, 256], rows: 2 },
      ],
    },
    { ...one, splits: 0, bucket: 8, sequences: [{ length: 60, rows: 8, tree: [0, 0, 0, 1, 1, 2, 3, 6] }] },
    {
      ...one,
      splits: 0,
      cut: narrow,
      bucket: 4,
      invalid: [2],
      sequences: [{ length: 64, rows: 4, tree: [0, 0, 0, 1] }],
    },
    {
      ...one,
      splits: 3,
      kv: 'q8',
      bucket: 8,
      window: 100,
      sequences: [
        { length: 300, rows: 3, tree: [0, 0, 0] },
        { length: [126, 5, 64], rows: 5, tree: [0, 0, 1, 1, 2] },
      ],
    },
  ] as readonly Shape[],
  bench: [narrow, { ...narrow, threads: 128 }, wide].flatMap((cut): Shape[] =>
    [511, 2047, 8191].flatMap((length): Shape[] => {
      const splits = Math.ceil((length + 1) / (cut === narrow ? 512 : 128));
      const shape = { cut, splits: splits === 1 ? 0 : splits, sequences: [{ length, rows: 1 }] };
      const lanes = cut === narrow ? 8 : 16;
      return [
        { ...one, ...shape, headDim: 64 },
        { ...one, ...shape, headDim: 64, kv: 'q8' },
        {
          ...one,
          ...shape,
          kvHeads: 8,
          group: 4,
          headDim: 128,
          cut: { ...cut, heads: 4, lanes, threads: Math.min(cut.threads, 64) },
        },
      ];
    }),
  ),
  label,
  suits,
  check: shortScene,
  missing,
  build(shape, random) {
    const scene = buildScene(shape, random);
    const { bucket, layer, scale } = scene;
    const built = {
      params: { scale, layer, splits: Math.max(1, shape.splits), rows: bucket, capacity: 0, kind: 0 },
      ...inputsOf(shape, scene),
    };
    scenes.set(built, scene);
    return built;
  },
  reference(built, shape) {
    const scene = scenes.get(built)!;
    const { output, lse, partials } = built.buffers;
    return shape.splits === 0
      ? { ...attentionOf(scene), partials }
      : comparable({ output, lse, partials: partialsOf(scene, shape.splits) });
  },
  decode: comparable,
  // A score near 20 is off by an ulp of 2e-6 and the rounding of its products; its weight 2^score by as much of itself.
  tolerance: 2e-5,
  probe: (constants, variant) => ({
    ...probeOf(constants, variant),
    bucket: variant.trees ? 4 : 2,
    sequences: [
      {
        length: 70,
        rows: 1,
        ...(constants.MASKED && { mask: { window: 40, sinks: 3 } }),
        ...(variant.trees && { tree: [0] }),
      },
      variant.trees ? { length: 9, rows: 3, tree: [0, 0, 0] } : { length: 9, rows: 1 },
    ],
  }),
  work: (shape) =>
    workOf(
      shape,
      shape.sequences.reduce((sum, { length, rows }) => sum + rows * (Math.max(...[length].flat()) + 1), 0),
    ),
});

export default [every, decodeListedCase, decodeObservingCase];
