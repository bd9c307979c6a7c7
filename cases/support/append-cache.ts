/** A cache that kernels append to, as the cases of those that do it have it: three sequences, two of them with slots in use. */

import { PAGE_SLOTS, pageWords, positionWord, type KvType } from '../../src/kernels/cache-layout.ts';
import { stagingFloats } from '../../src/kernels/cache/quantize-append.ts';
import { halfToNumber } from '../../src/core/half.ts';
import { FAULT_WORDS, FaultWord, readFaults } from '../../src/kernels/faults.ts';
import { rangeWord } from '../../src/kernels/step-layout.ts';
import { smallLayout, stepWords, type StepRow } from './step-words.ts';

export const LAYER = 1;
/** Slots in use before the step: of sequence 1 and 2, per KV head. */
export const LENGTHS: readonly (readonly number[])[] = [[], [63, 64, 5], [130, 130, 130]];
/** Pages of sequence 1 and 2, in the order of their slots. */
export const PAGES: readonly (readonly number[])[] = [[], [3, 5], [1, 0, 4]];
export const PAGE_COUNT = 6;
const layout = smallLayout({ maxRows: 80, kvStride: 4, maxPages: 3 });

/** Angle per position of pair i; a base of 10,000 as usual. */
export const frequency = (i: number, headDim: number): number => Math.fround(10_000 ** ((-2 * i) / headDim));
/** cos and sin of a turn, as the engine fills them in: f32 of the positions 0 to 63 and of every 64th. */
export function turnTable(pairs: number, headDim: number): number[] {
  const positions = Array.from({ length: 64 + 128 }, (_, i) => (i < 64 ? i : (i - 64) * 64));
  return positions.flatMap((position) =>
    Array.from({ length: pairs }, (_, i) => [
      Math.cos(position * frequency(i, headDim)),
      Math.sin(position * frequency(i, headDim)),
    ]).flat(),
  );
}

/** The step state with these rows, and the exponents that keys and values of each KV head are stored times. */
export function appendState(
  rows: readonly StepRow[],
  ranges: readonly (readonly [keys: number, values: number])[] = [],
): Uint32Array<ArrayBuffer> {
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
  return state;
}

/** Heads of a cache, and how they are stored. */
export interface AppendShape {
  readonly kv: KvType;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** What is bound as the cache before anything is appended, a pattern that is a number as f16, as f32 and as a position. */
export const emptyCache = ({ kv, kvHeads, headDim }: AppendShape, bucket: number, staged: boolean) =>
  new Uint32Array(staged ? stagingFloats(bucket, kvHeads, headDim) : PAGE_COUNT * pageWords(kv, kvHeads, headDim)).fill(
    0x3f803f80,
  );

/** The staging buffer, or the sections of a cache: keys and values [page][kvHead][slot][headDim], positions [page][kvHead][slot] byte by byte, so that one bit off is far off. */
export function decodeCache(
  cache: Uint32Array<ArrayBuffer>,
  { kv, kvHeads, headDim }: AppendShape,
  staged: boolean,
): { keys: Float64Array; values: Float64Array; positions: Uint8Array<ArrayBuffer> } | { staging: Float64Array } {
  if (staged) return { staging: Float64Array.from(new Float32Array(cache.buffer)) };
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

/** Where an element of a row's key or value is appended; its position is set with its first element. */
export function appendPlace(
  cache: ReturnType<typeof decodeCache>,
  { kvHeads, headDim }: AppendShape,
  { sequence, position, ordinal = 0 }: StepRow,
  at: { readonly row: number; readonly isKey: boolean; readonly kvHead: number; readonly element: number },
): { readonly section: Float64Array; readonly at: number } {
  const { row, isKey, kvHead, element } = at;
  if ('staging' in cache)
    return { section: cache.staging, at: ((row * 2 + (isKey ? 0 : 1)) * kvHeads + kvHead) * headDim + element };
  const slot = LENGTHS[sequence]![kvHead]! + ordinal;
  const page = PAGES[sequence]![Math.floor(slot / PAGE_SLOTS)]!;
  const place = (page * kvHeads + kvHead) * PAGE_SLOTS + (slot % PAGE_SLOTS);
  if (isKey && element === 0) new DataView(cache.positions.buffer).setUint32(place * 4, position, true);
  return { section: isKey ? cache.keys : cache.values, at: place * headDim + element };
}

/** Room for what goes wrong, before anything has. */
export const noFaults = (): Uint32Array<ArrayBuffer> => new Uint32Array(layout.maxSequences * FAULT_WORDS);

/** What is noted where a pair was out of range for each of these sequences. */
export function noted(sequences: readonly number[]): Uint32Array<ArrayBuffer> {
  const faults = noFaults();
  for (const sequence of sequences) {
    faults[sequence * FAULT_WORDS + FaultWord.pairs]!++;
    faults[sequence * FAULT_WORDS + FaultWord.layer] = 0xffffffff - LAYER;
  }
  return faults;
}

/** Pairs and first layers of what went wrong, by sequence. */
export const faultsOf = (words: Uint32Array): Record<'faultPairs' | 'faultLayers', number[]> => {
  const faults = Array.from({ length: words.length / FAULT_WORDS }, (_, sequence) =>
    readFaults(words.subarray(sequence * FAULT_WORDS)),
  );
  return {
    faultPairs: faults.map((fault) => fault?.pairs ?? 0),
    faultLayers: faults.map((fault) => fault?.layer ?? -1),
  };
};
