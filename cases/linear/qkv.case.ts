import type { KvType } from '../../src/kernels/cache-layout.ts';
import { qkv } from '../../src/kernels/linear/qkv.ts';
import { kernelCase } from '../support/kernel-case.ts';
import {
  appendPlace,
  appendState,
  decodeCache,
  emptyCache,
  faultsOf,
  frequency,
  noFaults,
  noted,
  turnTable,
  LAYER,
} from '../support/append-cache.ts';
import type { StepRow } from '../support/step-words.ts';
import {
  INT8_TILE,
  TILE,
  activations,
  columnsVariant,
  constantsOf,
  linearLabel,
  linearWork,
  paramsOf,
  missingFeatures,
  inputRows,
  inputsOf,
  multiplyRows,
  normRows,
  randomMatrix,
  rememberWeights,
  rowsVariant,
  suitsAdapter,
  untouched,
  weightsOf,
  type LinearShape,
} from './matrices.ts';

interface Shape extends Omit<LinearShape, 'outputs' | 'batch'> {
  readonly kv: KvType;
  readonly qHeads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly ropePairs: number;
  /** The rows of [Q | K | V] that the matrix holds; all without it. */
  readonly range?: readonly [first: number, count: number];
  readonly rows: readonly StepRow[];
  /** Rows of the bucket, at least those of the step. */
  readonly bucket: number;
  readonly norm: boolean;
  /** Keys and values are staged, for another kernel to append. */
  readonly staged?: boolean;
  readonly biased?: boolean;
  /** Exponents of the powers of two that keys and values of each KV head are stored times. */
  readonly ranges?: readonly (readonly [keys: number, values: number])[];
}

const base = {
  type: 'Q4_1',
  k: 96,
  rowTile: 8,
  kv: 'f16',
  qHeads: 3,
  kvHeads: 1,
  headDim: 16,
  ropePairs: 8,
  bucket: 1,
  norm: true,
} as const;
const EPSILON = 1e-5;
const GAIN_AT = 5;
const one: readonly StepRow[] = [{ sequence: 1, position: 200 }];
const several: readonly StepRow[] = [
  { sequence: 1, position: 0 },
  { sequence: 1, position: 8191, ordinal: 1 },
  { sequence: 2, position: 63, valid: false },
  { sequence: 2, position: 64, ordinal: 0 },
  { sequence: 2, position: 4095, ordinal: 1 },
];
const many: readonly StepRow[] = Array.from({ length: 61 }, (_, i) => ({
  sequence: 2,
  position: 8130 + i,
  ordinal: i,
  valid: i !== 7,
}));

/** Exponents of keys and values, by KV head; the second takes many of them past what halves hold. */
const RANGES = [
  [-9, 5],
  [0, -3],
  [4, 0],
] as const;
const BEYOND = [
  [16, 0],
  [0, 17],
  [0, 0],
] as const;

const rowsOf = ({ qHeads, kvHeads, headDim, range }: Shape): readonly [number, number] =>
  range ?? [0, (qHeads + 2 * kvHeads) * headDim];
/** A format that packs whole heads is appended to by another kernel. */
const isStaged = ({ kv, staged = false }: Shape): boolean => staged || kv === 'q8';
const linear = (shape: Shape): LinearShape => ({ ...shape, outputs: rowsOf(shape)[1], batch: shape.bucket });
const qkvCase = (tolerance: number, shapes: readonly Shape[], bench: readonly Shape[] = []) =>
  kernelCase(qkv, {
    shapes,
    bench,
    tolerance,
    suits: suitsAdapter,
    missing: ({ variant }, gpu) => missingFeatures(variant, gpu),
    build(shape: Shape, random) {
      const { k, kv, kvHeads, qHeads, headDim, ropePairs, bucket, norm, rows, ranges = [] } = shape;
      const { packed, weights } = randomMatrix(linear(shape), random);
      const turnsAt = GAIN_AT + k / 4;
      const turns = turnTable(ropePairs, headDim);
      const biasAt = turnsAt + Math.ceil(turns.length / 4);
      const vectors = new Float32Array(biasAt * 4 + (qHeads + 2 * kvHeads) * headDim);
      for (let i = 0; i < k; i++) vectors[GAIN_AT * 4 + i] = random.next() + 0.5;
      vectors.set(turns, turnsAt * 4);
      for (let i = biasAt * 4; i < vectors.length; i++) vectors[i] = random.next() - 0.5;
      const { x, values } = inputRows(shape.variant, activations(bucket, k, random));
      return rememberWeights(
        {
          params: {
            ...paramsOf(linear(shape)),
            columns: bucket,
            epsilon: EPSILON,
            layer: LAYER,
            first_row: rowsOf(shape)[0],
            gain_at: GAIN_AT,
            turns_at: turnsAt,
            bias_at: biasAt,
          },
          constants: {
            ...constantsOf(linear(shape), norm),
            Q_HEADS: qHeads,
            KV_HEADS: kvHeads,
            HEAD_DIM: headDim,
            ROPE_PAIRS: ropePairs,
          },
          variant: {
            type: shape.type,
            shape: shape.variant,
            kv,
            ...(shape.staged && { staged: true }),
            ...(shape.biased && { biased: true }),
          },
          buffers: {
            ...packed,
            x,
            vectors,
            state: appendState(rows, ranges),
            query: untouched(bucket * qHeads * headDim),
            cache: emptyCache(shape, bucket, isStaged(shape)),
            faults: noFaults(),
          },
        },
        weights,
        values,
      );
    },
    reference(built, shape) {
      const { k, kv, kvHeads, qHeads, headDim, ropePairs, norm, rows, ranges = [] } = shape;
      const x = inputsOf(built);
      const vectors = built.buffers.vectors as Float32Array;
      const [first, count] = rowsOf(shape);
      const bias = vectors.subarray(built.params.bias_at * 4);
      const outputs = multiplyRows(
        weightsOf(built),
        norm ? normRows(x, vectors.subarray(GAIN_AT * 4), k, EPSILON) : x,
        count,
        k,
      ).map((line) => line.map((product, output) => product + (shape.biased ? bias[first + output]! : 0)));
      const query = Float64Array.from(built.buffers.query);
      const cache = decodeCache(built.buffers.cache as Uint32Array<ArrayBuffer>, shape, isStaged(shape));
      const outOfRange = new Set<string>();
      const written: [section: Float64Array, at: number, pair: string][] = [];
      rows.forEach((stepRow, row) => {
        const { sequence, position, valid = true } = stepRow;
        if (!valid) return;
        for (let output = 0; output < count; output++) {
          const line = first + output;
          const head = Math.floor(line / headDim);
          const element = line % headDim;
          const rotated = (): number => {
            const pair = Math.floor(element / 2);
            if (pair >= ropePairs) return outputs[row]![output]!;
            const angle = position * frequency(pair, headDim);
            const [even, odd] = [outputs[row]![output - (output % 2)]!, outputs[row]![output - (output % 2) + 1]!];
            return element % 2 === 0
              ? even * Math.cos(angle) - odd * Math.sin(angle)
              : even * Math.sin(angle) + odd * Math.cos(angle);
          };
          if (head < qHeads) {
            const [keys] = ranges[Math.floor(head / (qHeads / kvHeads))] ?? [0];
            query[row * qHeads * headDim + line] = rotated() * 2 ** -keys;
            continue;
          }
          const isKey = head < qHeads + kvHeads;
          const kvHead = (head - qHeads) % kvHeads;
          const exponent = ranges[kvHead]?.[isKey ? 0 : 1] ?? 0;
          const number = (isKey ? rotated() : outputs[row]![output]!) * 2 ** exponent;
          const fits = Math.abs(number) <= (kv === 'f16' ? 65504 : 3.4e38);
          const pair = `${sequence} ${row} ${line - (line % 2)}`;
          if (!fits) outOfRange.add(pair);
          const { section, at } = appendPlace(cache, shape, stepRow, { row, isKey, kvHead, element });
          section[at] = number;
          written.push([section, at, pair]);
        }
      });
      for (const [section, at, pair] of written) if (outOfRange.has(pair)) section[at] = 0;
      const faults = noted([...outOfRange].map((pair) => Number.parseInt(pair)));
      return { query, ...faultsOf(faults), ...cache };
    },
    decode: ({ query, faults, cache }, shape) => ({
      query: query!,
      ...faultsOf(faults as Uint32Array<ArrayBuffer>),
      ...decodeCache(cache as Uint32Array<ArrayBuffer>, shape, isStaged(shape)),
    }),
    label: (shape) => linearLabel(linear(shape)),
    work: (shape) => linearWork(linear(shape), linear(shape).outputs, shape.kv === 'f16' ? 3 : 4),
  });

const smol = { ...base, qHeads: 9, kvHeads: 3, headDim: 64, ropePairs: 32, k: 576, rows: one } as const;

export default [
  // As linear/project; a turn adds three roundings of 6e-8.
  qkvCase(2e-6, [
    { ...base, kv: 'f32', rows: one, variant: rowsVariant(8, 4, 2, 1) },
    { ...base, kv: 'f32', kvHeads: 3, bucket: 8, rows: several, variant: rowsVariant(8, 2, 2, 4) },
    {
      ...base,
      kv: 'f32',
      kvHeads: 3,
      ropePairs: 3,
      bucket: 8,
      rows: several,
      rowTile: 64,
      variant: rowsVariant(8, 1, 4, 8, 8),
    },
    {
      ...base,
      kv: 'f32',
      kvHeads: 2,
      headDim: 12,
      ropePairs: 6,
      bucket: 8,
      rows: several,
      variant: rowsVariant(8, 1, 2, 2),
    },
    { ...base, kv: 'f32', kvHeads: 3, bucket: 8, rows: several, range: [48, 48], variant: rowsVariant(4, 4, 2, 2) },
    {
      ...base,
      kv: 'f32',
      kvHeads: 3,
      bucket: 8,
      rows: several,
      range: [40, 16],
      type: 'Q6_K',
      k: 256,
      variant: rowsVariant(4, 4, 2, 2),
    },
    { ...base, kv: 'f32', kvHeads: 3, bucket: 70, rows: many, norm: false, variant: columnsVariant(8, 4, 8, 8) },
    { ...base, kv: 'f32', kvHeads: 3, bucket: 70, rows: many, norm: false, variant: TILE },
    { ...base, kv: 'f32', kvHeads: 3, bucket: 70, rows: many, norm: false, variant: INT8_TILE },
    { ...base, kv: 'q8', kvHeads: 3, ropePairs: 3, bucket: 8, rows: several, variant: rowsVariant(8, 2, 2, 4) },
    { ...base, kv: 'q8', kvHeads: 3, bucket: 8, rows: several, range: [48, 48], variant: rowsVariant(4, 4, 2, 2) },
    { ...base, kv: 'q8', kvHeads: 3, bucket: 70, rows: many, norm: false, variant: TILE },
    { ...base, kv: 'f32', kvHeads: 3, bucket: 8, rows: several, biased: true, variant: rowsVariant(8, 2, 2, 4) },
    {
      ...base,
      kv: 'f32',
      kvHeads: 3,
      bucket: 8,
      rows: several,
      biased: true,
      range: [48, 48],
      variant: rowsVariant(4, 4, 2, 2),
    },
    {
      ...base,
      kv: 'f32',
      kvHeads: 3,
      ropePairs: 0,
      bucket: 8,
      rows: several,
      staged: true,
      biased: true,
      variant: rowsVariant(8, 2, 2, 4),
    },
    {
      ...base,
      kv: 'f32',
      kvHeads: 3,
      bucket: 70,
      rows: many,
      norm: false,
      biased: true,
      variant: columnsVariant(8, 4, 8, 8),
    },
  ]),
  // Half an ulp of f16 is 2^-11 of the number.
  qkvCase(
    6e-4,
    [
      { ...base, rows: one, variant: rowsVariant(8, 4, 2, 1) },
      { ...base, kvHeads: 3, bucket: 8, rows: several, type: 'Q8_0', variant: rowsVariant(8, 2, 2, 2) },
      { ...base, kvHeads: 3, ropePairs: 3, bucket: 8, rows: several, rowTile: 64, variant: rowsVariant(8, 1, 4, 8, 8) },
      { ...base, kvHeads: 3, bucket: 8, rows: several, range: [96, 48], variant: rowsVariant(4, 4, 2, 2) },
      { ...base, kvHeads: 3, bucket: 70, rows: many, norm: false, variant: columnsVariant(8, 4, 8, 8) },
      // Scaled into the range of halves, and out of it.
      { ...base, kvHeads: 3, bucket: 8, rows: several, ranges: RANGES, variant: rowsVariant(8, 2, 2, 2) },
      { ...base, kvHeads: 3, bucket: 8, rows: several, ranges: BEYOND, variant: rowsVariant(8, 2, 2, 2) },
    ],
    [
      { ...smol, rowTile: 64, variant: rowsVariant(8, 1, 4, 1, 8) },
      { ...smol, rowTile: 64, variant: rowsVariant(4, 1, 4, 1, 4) },
      { ...smol, variant: rowsVariant(4, 16, 2, 1) },
    ],
  ),
];
