import type { AttentionBackend } from '../../attention/backend.ts';
import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { partialsBytes } from '../../kernels/attention/decode-flash.ts';
import { MAX_SPLITS } from '../../kernels/attention/merge.ts';
import { PAGE_SLOTS, pageWords, type KvType } from '../../kernels/cache-layout.ts';
import type { LayerConfig } from '../../models/model-config.ts';
import { halfToNumber, numberToHalf } from '../../weights/half.ts';
import { StepState } from '../step-state.ts';
import { probeNumbers } from './probe-numbers.ts';
import type { Expected, Probe } from './probe.ts';

export interface AttentionUse {
  readonly backend: AttentionBackend;
  readonly layer: LayerConfig;
  readonly kv: KvType;
  /** Row bucket and length bucket of the plan. */
  readonly rows: number;
  readonly lengthBucket: number;
}

/** Slots before the probe's rows: two pages, the second begun. */
const HISTORY = PAGE_SLOTS + 9;

/** Runs the attention of a layer on random queries, keys and values, and computes a few of its outputs on the CPU. */
export function attentionProbe(
  gpu: Gpu,
  name: string,
  { backend, layer, kv, rows, lengthBucket }: AttentionUse,
): Probe {
  const { qHeads, kvHeads, headDim, window } = layer;
  const groupSize = qHeads / kvHeads;
  const slots = HISTORY + rows;
  const pages = Math.ceil(slots / PAGE_SLOTS);
  const random = probeNumbers(13);
  const owned: GPUBuffer[] = [];
  const allocate = (label: string, words: number, data?: ArrayBufferView<ArrayBuffer>): GpuArray => {
    const buffer = gpu.createBuffer(`self-test ${label}`, words * 4);
    if (data) gpu.write(buffer, 0, data);
    owned.push(buffer);
    return wholeBuffer(buffer);
  };
  // Large enough that the softmax is far from even.
  const query = Float32Array.from({ length: rows * qHeads * headDim }, () => random() * 6 - 3);
  const keys = storable(slots * kvHeads * headDim, random, kv);
  const values = storable(slots * kvHeads * headDim, random, kv);
  const state = new StepState(gpu, {
    maxRows: rows,
    maxLogitRows: 1,
    maxSequences: 1,
    layers: 1,
    kvStride: kvHeads,
    maxPages: pages,
  });
  owned.push(state.array.buffer);
  state.writePages(
    0,
    0,
    0,
    Array.from({ length: pages }, (_, page) => page),
  );
  state.writeLength(0, HISTORY);
  state.writeBatch(
    {
      rows: Array.from({ length: rows }, (_, ordinal) => ({
        sequence: 0,
        position: HISTORY + ordinal,
        ordinal,
        token: 0,
        logits: false,
      })),
    },
    [{ sequence: 0, words: new Uint32Array(1) }],
  );
  const output = allocate('attention', rows * qHeads * headDim);
  const cacheWords = packPages(keys, values, { slots, pages, kvHeads, headDim, kv });
  const cache = allocate('cache', cacheWords.length, cacheWords);
  const queries = allocate('queries', query.length, query);
  const partials = allocate('partials', partialsBytes(Math.min(rows, 8), qHeads, headDim, MAX_SPLITS) / 4);
  const lse = allocate('log-sum-exp', rows * qHeads);
  return {
    name,
    encode: (recorder) =>
      backend.encode(
        recorder,
        {
          layer: 0,
          qHeads,
          kvHeads,
          groupSize,
          headDim,
          window: window ?? 0,
          kv,
          cache,
          state: state.array,
          stepLayout: state.layout,
        },
        { query: queries, output, partials, lse },
        { rows, lengthBucket },
      ),
    async expected(): Promise<Expected[]> {
      const at: number[] = [];
      const wanted: number[] = [];
      for (const row of new Set([0, rows - 1]))
        for (const head of new Set([0, qHeads - 1])) {
          const kvHead = Math.floor(head / groupSize);
          const position = HISTORY + row;
          const from = window ? Math.max(0, position - window + 1) : 0;
          const scores = Array.from({ length: position + 1 - from }, (_, i) => {
            let sum = 0;
            for (let e = 0; e < headDim; e++)
              sum += query[(row * qHeads + head) * headDim + e]! * keys[((from + i) * kvHeads + kvHead) * headDim + e]!;
            return sum / Math.sqrt(headDim);
          });
          const top = Math.max(...scores);
          const weights = scores.map((score) => Math.exp(score - top));
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          for (const element of [0, 1, headDim - 1]) {
            at.push((row * qHeads + head) * headDim + element);
            wanted.push(
              weights.reduce(
                (sum, weight, i) => sum + weight * values[((from + i) * kvHeads + kvHead) * headDim + element]!,
                0,
              ) / total,
            );
          }
        }
      return [{ array: output, at, values: wanted }];
    },
    dispose() {
      for (const buffer of owned) gpu.destroyBuffer(buffer);
    },
  };
}

/** Random numbers that the cache can hold exactly. */
const storable = (count: number, random: () => number, kv: KvType): Float32Array =>
  Float32Array.from({ length: count }, () => {
    const value = random() * 2 - 1;
    return kv === 'f16' ? halfToNumber(numberToHalf(value)) : value;
  });

/** Keys and values [slot][kvHead][element] as pages of `lib/cache-layout`. */
function packPages(
  keys: Float32Array,
  values: Float32Array,
  {
    slots,
    pages,
    kvHeads,
    headDim,
    kv,
  }: {
    readonly slots: number;
    readonly pages: number;
    readonly kvHeads: number;
    readonly headDim: number;
    readonly kv: KvType;
  },
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(pages * pageWords(kv, kvHeads, headDim));
  const floats = new Float32Array(words.buffer);
  const headWords = (headDim / 2) * (kv === 'f16' ? 1 : 2);
  const section = kvHeads * PAGE_SLOTS * headWords;
  for (let slot = 0; slot < slots; slot++)
    for (let head = 0; head < kvHeads; head++) {
      const page = Math.floor(slot / PAGE_SLOTS) * pageWords(kv, kvHeads, headDim);
      const place = head * PAGE_SLOTS + (slot % PAGE_SLOTS);
      words[page + 2 * section + place] = slot;
      for (const [data, start] of [
        [keys, 0],
        [values, section],
      ] as const)
        for (let e = 0; e < headDim; e++) {
          const value = data[(slot * kvHeads + head) * headDim + e]!;
          const at = page + start + place * headWords;
          if (kv === 'f32') floats[at + e] = value;
          else words[at + (e >> 1)]! |= numberToHalf(value) << (16 * (e & 1));
        }
    }
  return words;
}
