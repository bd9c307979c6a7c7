import { NORM_HEADS_THREADS, normHeads } from '../../src/kernels/attention/norm-heads.ts';
import type { KvType } from '../../src/kernels/cache-layout.ts';
import { stagingFloats } from '../../src/kernels/cache/quantize-append.ts';
import {
  appendPlace,
  appendState,
  decodeCache,
  emptyCache,
  faultsOf,
  frequency,
  LAYER,
  noFaults,
  noted,
  turnTable,
} from '../support/append-cache.ts';
import { kernelCase, uniform } from '../support/kernel-case.ts';
import type { StepRow } from '../support/step-words.ts';

interface Shape {
  readonly kv: KvType;
  readonly qHeads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly ropePairs: number;
  readonly whole: boolean;
  readonly after: boolean;
  readonly rows: readonly StepRow[];
  readonly bucket: number;
  /** Exponents of the powers of two that keys and values of each KV head are stored times. */
  readonly ranges?: readonly (readonly [keys: number, values: number])[];
}

const base = {
  kv: 'f32',
  qHeads: 3,
  kvHeads: 1,
  headDim: 16,
  ropePairs: 8,
  whole: false,
  after: false,
  bucket: 1,
  rows: [{ sequence: 1, position: 200 }],
} as const;
const EPSILON = 1e-5;
const several: readonly StepRow[] = [
  { sequence: 1, position: 0 },
  { sequence: 1, position: 8191, ordinal: 1 },
  { sequence: 2, position: 63, valid: false },
  { sequence: 2, position: 64, ordinal: 0 },
  { sequence: 2, position: 4095, ordinal: 1 },
];
const isStaged = ({ kv }: Shape): boolean => kv === 'q8';

/** Elements of a head with their norm, turned; `square` is the mean of the squares that the norm divides by. */
function finished(
  raw: readonly number[],
  gain: readonly number[],
  square: number,
  { after, ropePairs, headDim }: Shape,
  position: number,
): number[] {
  const factor = 1 / Math.sqrt(square + EPSILON);
  const before = raw.map((value, i) => (after ? value : value * factor * gain[i]!));
  return before.map((value, i) => {
    const pair = Math.floor(i / 2);
    const angle = pair < ropePairs ? position * frequency(pair, headDim) : 0;
    const [even, odd] = [before[2 * pair]!, before[2 * pair + 1]!];
    const turned =
      i % 2 === 0 ? even * Math.cos(angle) - odd * Math.sin(angle) : even * Math.sin(angle) + odd * Math.cos(angle);
    return after ? turned * factor * gain[i]! : turned;
  });
}

const meanSquare = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length;

const normCase = (tolerance: number, shapes: readonly Shape[]) =>
  kernelCase(normHeads, {
    shapes,
    bench: [],
    tolerance,
    probe: ({ Q_HEADS, KV_HEADS, HEAD_DIM, ROPE_PAIRS, WHOLE, AFTER }, { kv }): Shape | undefined =>
      // One case compares as f16 rounds, the other as f32 does.
      (kv === 'f16') === tolerance > 1e-4
        ? {
            kv,
            qHeads: Number(Q_HEADS),
            kvHeads: Number(KV_HEADS),
            headDim: Number(HEAD_DIM),
            ropePairs: Number(ROPE_PAIRS),
            whole: WHOLE === true,
            after: AFTER === true,
            rows: [
              { sequence: 2, position: 63, valid: false },
              { sequence: 2, position: 4095, ordinal: 1 },
            ],
            bucket: 2,
          }
        : undefined,
    build(shape, random) {
      const { kv, kvHeads, qHeads, headDim, ropePairs, whole, after, bucket, rows, ranges } = shape;
      const queryGain = whole ? qHeads * headDim : headDim;
      const keyGain = whole ? kvHeads * headDim : headDim;
      const [queryAt, keyAt] = [3, 3 + queryGain / 4];
      const turnsAt = keyAt + keyGain / 4;
      const turns = turnTable(ropePairs, headDim);
      const vectors = new Float32Array(Math.ceil((turnsAt * 4 + turns.length) / 4) * 4);
      for (let i = queryAt * 4; i < turnsAt * 4; i++) vectors[i] = random.next() + 0.5;
      vectors.set(turns, turnsAt * 4);
      return {
        params: {
          epsilon: EPSILON,
          layer: LAYER,
          rows: bucket,
          query_gain_at: queryAt,
          key_gain_at: keyAt,
          turns_at: turnsAt,
        },
        constants: {
          Q_HEADS: qHeads,
          KV_HEADS: kvHeads,
          HEAD_DIM: headDim,
          ROPE_PAIRS: ropePairs,
          WHOLE: whole,
          AFTER: after,
          THREADS: NORM_HEADS_THREADS,
        },
        variant: { kv },
        buffers: {
          state: appendState(rows, ranges),
          vectors,
          raw_query: uniform(bucket * qHeads * headDim, random, 3),
          raw_pairs: uniform(stagingFloats(bucket, kvHeads, headDim), random, 3),
          query: new Float32Array(bucket * qHeads * headDim).fill(7),
          cache: emptyCache(shape, bucket, isStaged(shape)),
          faults: noFaults(),
        },
      };
    },
    reference(built, shape) {
      const { kv, kvHeads, qHeads, headDim, whole, rows, ranges = [] } = shape;
      const faulty: number[] = [];
      const largest = kv === 'f16' ? 65504 : 3.4e38;
      const { raw_query: rawQuery, raw_pairs: rawPairs, vectors } = built.buffers;
      const query = Float64Array.from(built.buffers.query);
      const cache = decodeCache(built.buffers.cache as Uint32Array<ArrayBuffer>, shape, isStaged(shape));
      const part = (from: Float32Array, at: number, count: number) => Array.from(from.subarray(at, at + count));
      const gainOf = (at: number, head: number) =>
        part(vectors as Float32Array, at * 4 + (whole ? head * headDim : 0), headDim);
      rows.forEach((stepRow, row) => {
        const { position, valid = true } = stepRow;
        if (!valid) return;
        const firstQuery = row * qHeads * headDim;
        for (let head = 0; head < qHeads; head++) {
          const raw = part(rawQuery as Float32Array, firstQuery + head * headDim, headDim);
          const square = meanSquare(whole ? part(rawQuery as Float32Array, firstQuery, qHeads * headDim) : raw);
          const [keys] = ranges[Math.floor(head / (qHeads / kvHeads))] ?? [0];
          const gain = gainOf(built.params.query_gain_at, head);
          const turned = finished(raw, gain, square, shape, position).map((value) => value * 2 ** -keys);
          query.set(turned, firstQuery + head * headDim);
        }
        const firstKey = row * 2 * kvHeads * headDim;
        for (let kvHead = 0; kvHead < kvHeads; kvHead++) {
          const raw = part(rawPairs as Float32Array, firstKey + kvHead * headDim, headDim);
          const square = meanSquare(whole ? part(rawPairs as Float32Array, firstKey, kvHeads * headDim) : raw);
          const key = finished(raw, gainOf(built.params.key_gain_at, kvHead), square, shape, position);
          const value = part(rawPairs as Float32Array, firstKey + (kvHeads + kvHead) * headDim, headDim);
          for (const [which, vector] of [key, value].entries()) {
            const exponent = ranges[kvHead]?.[which] ?? 0;
            for (let element = 0; element < headDim; element += 2) {
              const pair = [vector[element]! * 2 ** exponent, vector[element + 1]! * 2 ** exponent];
              const fits = pair.every((number) => Math.abs(number) <= largest);
              if (!fits) faulty.push(stepRow.sequence);
              for (const [i, number] of pair.entries()) {
                const place = { row, isKey: which === 0, kvHead, element: element + i };
                const { section, at } = appendPlace(cache, shape, stepRow, place);
                section[at] = fits ? number : 0;
              }
            }
          }
        }
      });
      return { query, ...faultsOf(noted(faulty)), ...cache };
    },
    decode: ({ query, faults, cache }, shape) => ({
      query: query!,
      ...faultsOf(faults as Uint32Array<ArrayBuffer>),
      ...decodeCache(cache as Uint32Array<ArrayBuffer>, shape, isStaged(shape)),
    }),
  });

export default [
  // Sums of up to 1024 squares, and a turn's three roundings of 6e-8.
  normCase(3e-6, [
    base,
    { ...base, kvHeads: 3, bucket: 8, rows: several },
    { ...base, kvHeads: 3, bucket: 8, rows: several, whole: true },
    { ...base, kvHeads: 3, bucket: 8, rows: several, after: true, ropePairs: 3 },
    { ...base, headDim: 256, ropePairs: 128, qHeads: 2, bucket: 8, rows: several },
    { ...base, headDim: 80, ropePairs: 0, qHeads: 2, kvHeads: 2, bucket: 8, rows: several },
    { ...base, kv: 'q8', kvHeads: 3, bucket: 8, rows: several },
  ]),
  // Half an ulp of f16 is 2^-11 of the number.
  normCase(6e-4, [
    { ...base, kv: 'f16', kvHeads: 3, bucket: 8, rows: several },
    {
      ...base,
      kv: 'f16',
      kvHeads: 3,
      bucket: 8,
      rows: several,
      ranges: [
        [-9, 5],
        [0, -3],
        [4, 0],
      ],
    },
    {
      ...base,
      kv: 'f16',
      kvHeads: 3,
      bucket: 8,
      rows: several,
      ranges: [
        [16, 0],
        [0, 17],
        [0, 0],
      ],
    },
    { ...base, kv: 'f16', kvHeads: 2, headDim: 128, ropePairs: 64, bucket: 8, rows: several, whole: true },
  ]),
];
