import type { AttentionBackend } from '../../attention/backend.ts';
import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { partialsBytes } from '../../kernels/attention/decode-flash.ts';
import { MAX_SPLITS } from '../../kernels/attention/merge.ts';
import { PAGE_SLOTS, pageWords, positionWord, scaleWord, type KvType } from '../../kernels/cache-layout.ts';
import { KV_FORMATS } from '../../kernels/kv-formats/index.ts';
import { quantizeAppend, quantizeAppendConstants, stagingFloats } from '../../kernels/cache/quantize-append.ts';
import type { LayerConfig } from '../../models/model-config.ts';
import { StepState } from '../memory/step-state.ts';
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

/**
 * Runs the attention of a layer on random queries, keys and values, and computes a few of its outputs on the CPU. With q8
 * the rows' own keys and values are appended by `cache/quantize-append`, which is compared with it.
 */
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
  const { keys, values, cacheWords, staged } = randomSlots(
    { slots, appended: KV_FORMATS[kv].pairs ? 0 : rows, pages, kvHeads, headDim, kv },
    random,
  );
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
  const cache = allocate('cache', cacheWords.length, cacheWords);
  const queries = allocate('queries', query.length, query);
  const partials = allocate('partials', partialsBytes(Math.min(rows, 8), qHeads, headDim, MAX_SPLITS) / 4);
  const lse = allocate('log-sum-exp', rows * qHeads);
  const staging = staged.length > 0 ? allocate('keys and values', staged.length, staged) : undefined;
  return {
    name,
    encode(recorder) {
      if (staging)
        recorder.add(
          `${name} append`,
          quantizeAppend.call({
            params: { layer: 0, rows },
            constants: quantizeAppendConstants(kvHeads, headDim),
            variant: { kv },
            bindings: { state: state.array, staging, cache },
          }),
        );
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
          sequences: 1,
        },
        { query: queries, output, partials, lse },
        { rows, lengthBucket },
      );
    },
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

interface SlotsShape {
  readonly slots: number;
  /** How many of the last slots are left to be appended. */
  readonly appended: number;
  readonly pages: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly kv: KvType;
}

interface RandomSlots {
  /** What the cache makes of them, [slot][kvHead][element]. */
  readonly keys: Float64Array;
  readonly values: Float64Array;
  /** Pages of `lib/cache-layout` that hold all but the slots to be appended, those as f32 [slot][2][kvHead][element]. */
  readonly cacheWords: Uint32Array<ArrayBuffer>;
  readonly staged: Float32Array<ArrayBuffer>;
}

/** Random keys and values of slots whose positions are 0, 1, … */
function randomSlots({ slots, appended, pages, kvHeads, headDim, kv }: SlotsShape, random: () => number): RandomSlots {
  const format = KV_FORMATS[kv];
  const perPage = pageWords(kv, kvHeads, headDim);
  const cacheWords = new Uint32Array(pages * perPage);
  const floats = new Float32Array(cacheWords.buffer);
  const staged = new Float32Array(stagingFloats(appended, kvHeads, headDim));
  const kept = [0, 1].map(() => new Float64Array(slots * kvHeads * headDim));
  for (let slot = 0; slot < slots; slot++)
    for (let head = 0; head < kvHeads; head++) {
      const page = Math.floor(slot / PAGE_SLOTS) * perPage;
      const place = head * PAGE_SLOTS + (slot % PAGE_SLOTS);
      const row = slot - (slots - appended);
      if (row < 0) cacheWords[page + positionWord(kv, kvHeads, headDim) + place] = slot;
      kept.forEach((numbers, which) => {
        const drawn = Float32Array.from({ length: headDim }, () => random() * 2 - 1);
        const { words, scale, values } = format.pack(drawn);
        numbers.set(values, (slot * kvHeads + head) * headDim);
        if (row >= 0) return staged.set(drawn, ((row * 2 + which) * kvHeads + head) * headDim);
        cacheWords.set(words, page + (which * kvHeads * PAGE_SLOTS + place) * words.length);
        if (format.scales > 0)
          floats[page + scaleWord(kv, kvHeads, headDim) + which * kvHeads * PAGE_SLOTS + place] = scale;
        return undefined;
      });
    }
  return { keys: kept[0]!, values: kept[1]!, cacheWords, staged };
}
