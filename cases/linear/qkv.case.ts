import { PAGE_SLOTS, pageWords, positionWord, type KvType } from '../../src/kernels/cache-layout.ts';
import { stagingFloats } from '../../src/kernels/cache/quantize-append.ts';
import { FAULT_WORDS, FaultWord, readFaults } from '../../src/kernels/faults.ts';
import { qkv } from '../../src/kernels/linear/qkv.ts';
import { halfToNumber } from '../../src/core/half.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { rangeWord } from '../../src/kernels/step-layout.ts';
import { smallLayout, stepWords, type StepRow } from '../support/step-words.ts';
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
const LAYER = 1;
const GAIN_AT = 5;
/** Slots in use before the step: of sequence 1 and 2, per KV head. */
const LENGTHS: readonly (readonly number[])[] = [[], [63, 64, 5], [130, 130, 130]];
/** Pages of sequence 1 and 2, in the order of their slots. */
const PAGES: readonly (readonly number[])[] = [[], [3, 5], [1, 0, 4]];
const PAGE_COUNT = 6;
const layout = smallLayout({ maxRows: 80, kvStride: 4, maxPages: 3 });

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
const linear = (shape: Shape): LinearShape => ({ ...shape, outputs: rowsOf(shape)[1], batch: shape.bucket });
/** Angle per position of pair i; a base of 10,000 as usual. */
const frequency = (i: number, headDim: number): number => Math.fround(10_000 ** ((-2 * i) / headDim));
/** cos and sin of a turn, as the engine fills them in: f32 of the positions 0 to 63 and of every 64th. */
function turnTable(pairs: number, headDim: number): number[] {
  const positions = Array.from({ length: 64 + 128 }, (_, i) => (i < 64 ? i : (i - 64) * 64));
  return positions.flatMap((position) =>
    Array.from({ length: pairs }, (_, i) => [
      Math.cos(position * frequency(i, headDim)),
      Math.sin(position * frequency(i, headDim)),
    ]).flat(),
  );
}

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
      const vectors = new Float32Array(Math.ceil((turnsAt * 4 + turns.length) / 4) * 4);
      for (let i = 0; i < k; i++) vectors[GAIN_AT * 4 + i] = random.next() + 0.5;
      vectors.set(turns, turnsAt * 4);
      const state = stepWords({ layout, rows, logitRows: [], sequences: [] });
      LENGTHS.forEach((lengths, sequence) =>
        state.set(lengths, layout.lengthsAt + (sequence * layout.layers + LAYER) * layout.kvStride),
      );
      PAGES.forEach((pages, sequence) =>
        state.set(pages, layout.pagesAt + (sequence * layout.layers + LAYER) * layout.maxPages),
      );
      ranges.forEach(([keys, values], head) => {
        state[layout.rangesAt + LAYER * layout.kvStride + head] = rangeWord(keys, values);
      });
      // A pattern that is a number as f16, as f32 and as a position.
      const cache = new Uint32Array(
        kv === 'q8' ? stagingFloats(bucket, kvHeads, headDim) : PAGE_COUNT * pageWords(kv, kvHeads, headDim),
      ).fill(0x3f803f80);
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
          },
          constants: {
            ...constantsOf(linear(shape), norm),
            Q_HEADS: qHeads,
            KV_HEADS: kvHeads,
            HEAD_DIM: headDim,
            ROPE_PAIRS: ropePairs,
          },
          variant: { type: shape.type, shape: shape.variant, kv },
          buffers: {
            ...packed,
            x,
            vectors,
            state,
            query: untouched(bucket * qHeads * headDim),
            cache,
            faults: new Uint32Array(layout.maxSequences * FAULT_WORDS),
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
      const outputs = multiplyRows(
        weightsOf(built),
        norm ? normRows(x, vectors.subarray(GAIN_AT * 4), k, EPSILON) : x,
        count,
        k,
      );
      const query = Float64Array.from(built.buffers.query);
      const cache = decodeCache(built.buffers.cache as Uint32Array<ArrayBuffer>, shape);
      const outOfRange = new Set<string>();
      const written: [section: Float64Array, at: number, pair: string][] = [];
      rows.forEach(({ sequence, position, ordinal = 0, valid = true }, row) => {
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
          if ('staging' in cache) {
            const at = ((row * 2 + (isKey ? 0 : 1)) * kvHeads + kvHead) * headDim + element;
            cache.staging[at] = number;
            written.push([cache.staging, at, pair]);
            continue;
          }
          const slot = LENGTHS[sequence]![kvHead]! + ordinal;
          const page = PAGES[sequence]![Math.floor(slot / PAGE_SLOTS)]!;
          const place = (page * kvHeads + kvHead) * PAGE_SLOTS + (slot % PAGE_SLOTS);
          const section = isKey ? cache.keys : cache.values;
          section[place * headDim + element] = number;
          written.push([section, place * headDim + element, pair]);
          if (isKey && element === 0) new DataView(cache.positions.buffer).setUint32(place * 4, position, true);
        }
      });
      for (const [section, at, pair] of written) if (outOfRange.has(pair)) section[at] = 0;
      const faults = Uint32Array.from(built.buffers.faults);
      for (const pair of outOfRange) {
        const at = Number.parseInt(pair) * FAULT_WORDS;
        faults[at + FaultWord.pairs]!++;
        faults[at + FaultWord.layer] = 0xffffffff - LAYER;
      }
      return { query, ...faultsOf(faults), ...cache };
    },
    decode: ({ query, faults, cache }, shape) => ({
      query: query!,
      ...faultsOf(faults as Uint32Array<ArrayBuffer>),
      ...decodeCache(cache as Uint32Array<ArrayBuffer>, shape),
    }),
    label: (shape) => linearLabel(linear(shape)),
    work: (shape) => linearWork(linear(shape), linear(shape).outputs, shape.kv === 'f16' ? 3 : 4),
  });

/** Pairs and first layers of what went wrong, by sequence. */
const faultsOf = (words: Uint32Array): Record<'faultPairs' | 'faultLayers', number[]> => {
  const faults = Array.from({ length: words.length / FAULT_WORDS }, (_, sequence) =>
    readFaults(words.subarray(sequence * FAULT_WORDS)),
  );
  return {
    faultPairs: faults.map((fault) => fault?.pairs ?? 0),
    faultLayers: faults.map((fault) => fault?.layer ?? -1),
  };
};

/** The staging buffer, or the sections of a cache: keys and values [page][kvHead][slot][headDim], positions [page][kvHead][slot] byte by byte, so that one bit off is far off. */
function decodeCache(
  cache: Uint32Array<ArrayBuffer>,
  { kv, kvHeads, headDim }: Shape,
): { keys: Float64Array; values: Float64Array; positions: Uint8Array<ArrayBuffer> } | { staging: Float64Array } {
  if (kv === 'q8') return { staging: Float64Array.from(new Float32Array(cache.buffer)) };
  const lines = kvHeads * PAGE_SLOTS;
  const words = pageWords(kv, kvHeads, headDim);
  const numbers =
    kv === 'f16'
      ? Float64Array.from(new Uint16Array(cache.buffer), halfToNumber)
      : Float64Array.from(new Float32Array(cache.buffer));
  const perWord = numbers.length / cache.length;
  const keys = new Float64Array(PAGE_COUNT * lines * headDim);
  const values = new Float64Array(keys.length);
  const positions = new Uint32Array(PAGE_COUNT * lines);
  for (let page = 0; page < PAGE_COUNT; page++) {
    const at = page * words * perWord;
    keys.set(numbers.subarray(at, at + lines * headDim), page * lines * headDim);
    values.set(numbers.subarray(at + lines * headDim, at + 2 * lines * headDim), page * lines * headDim);
    const positionsAt = page * words + positionWord(kv, kvHeads, headDim);
    positions.set(cache.subarray(positionsAt, positionsAt + lines), page * lines);
  }
  return { keys, values, positions: new Uint8Array(positions.buffer) };
}

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
