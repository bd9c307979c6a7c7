import { dense } from '../../attention/dense.ts';
import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { PlanRecorder } from '../../gpu/plan.ts';
import { partialsBytes } from '../../kernels/attention/decode-flash.ts';
import { MAX_SPLITS } from '../../kernels/attention/merge.ts';
import {
  decodeCandidates,
  describeDecode,
  describePrefill,
  prefillCandidates,
  type DecodeTuning,
  type HeadShape,
  type PrefillTuning,
} from '../../kernels/attention/tuning.ts';
import { PAGE_SLOTS, pageWords, positionWord, scaleWord, type KvType } from '../../kernels/cache-layout.ts';
import type { LayerConfig } from '../../models/model-config.ts';
import { StepState } from '../memory/step-state.ts';
import type { Entrant } from './race.ts';
import type { Tunable } from './autotune.ts';
import { race } from './race.ts';
import { fillRandom, SMALL_FLOATS } from './random-words.ts';

/** The heads of a layer, as far as attention's shape depends on them. */
export type Heads = Pick<LayerConfig, 'qHeads' | 'kvHeads' | 'headDim'>;

/** History of a decoding step and of a chunk of a prompt, and the chunk's rows, that are timed. */
const DECODE_SLOTS = 1024;
const PREFILL_SLOTS = 512;
const PREFILL_ROWS = 256;
const ROWS_OF = { decode: 1, prefill: PREFILL_ROWS } as const;

/** Keys of the choices of a kind of heads. */
export const decodeKey = ({ groupSize, headDim }: HeadShape, kv: KvType): string =>
  `decode attention ${groupSize}x${headDim} ${kv}`;
export const prefillKey = ({ groupSize, headDim }: HeadShape, kv: KvType): string =>
  `prefill attention ${groupSize}x${headDim} ${kv}`;

/** The ways to attend. Software adapters have stored ones: what lies beyond the first compiles too slowly to be tried. */
export const decodeTunings = (gpu: Gpu, heads: HeadShape): readonly DecodeTuning[] =>
  stored(gpu, decodeCandidates(gpu, heads));
export const prefillTunings = (gpu: Gpu, heads: HeadShape): readonly PrefillTuning[] =>
  stored(gpu, prefillCandidates(gpu, heads));

const stored = <T>(gpu: Gpu, candidates: readonly T[]): readonly T[] =>
  gpu.software ? candidates.slice(0, 1) : candidates;

export function attentionTunables(gpu: Gpu, heads: Heads, kv: KvType): Tunable[] {
  const shape: HeadShape = { headDim: heads.headDim, groupSize: heads.qHeads / heads.kvHeads };
  const decode = decodeTunings(gpu, shape);
  const prefill = prefillTunings(gpu, shape);
  return [
    {
      key: decodeKey(shape, kv),
      candidates: decode.map(describeDecode),
      work: DECODE_SLOTS * heads.kvHeads * heads.headDim * 2,
      measure: (_, deadline) =>
        measure(
          gpu,
          heads,
          kv,
          'decode',
          deadline,
          decode.map((tuning) => dense({ decode: () => tuning })),
        ),
    },
    {
      key: prefillKey(shape, kv),
      candidates: prefill.map(describePrefill),
      work: PREFILL_SLOTS * heads.kvHeads * heads.headDim * 2,
      measure: (_, deadline) =>
        measure(
          gpu,
          heads,
          kv,
          'prefill',
          deadline,
          prefill.map((tuning) => dense({ prefill: () => tuning })),
        ),
    },
  ];
}

async function measure(
  gpu: Gpu,
  heads: Heads,
  kv: KvType,
  phase: keyof typeof ROWS_OF,
  deadline: number,
  backends: readonly ReturnType<typeof dense>[],
): ReturnType<Tunable['measure']> {
  const bench = new AttentionBench(gpu, heads, kv, phase);
  try {
    const result = await race(
      gpu,
      backends.map((backend) => bench.entrant(backend)),
      deadline,
    );
    return { ...result, complete: backends.length === 1 || result.tried === backends.length };
  } finally {
    bench.dispose();
  }
}

/** Random queries and a random cache of one sequence. */
class AttentionBench {
  readonly #gpu: Gpu;
  readonly #heads: Heads;
  readonly #kv: KvType;
  readonly #rows: number;
  readonly #slots: number;
  readonly #state: StepState;
  readonly #arrays: Record<'query' | 'output' | 'partials' | 'lse' | 'cache', GpuArray>;

  constructor(gpu: Gpu, heads: Heads, kv: KvType, phase: keyof typeof ROWS_OF) {
    const { qHeads, kvHeads, headDim } = heads;
    this.#gpu = gpu;
    this.#heads = heads;
    this.#kv = kv;
    this.#rows = ROWS_OF[phase];
    const history = phase === 'decode' ? DECODE_SLOTS - 1 : PREFILL_SLOTS - PREFILL_ROWS;
    this.#slots = history + this.#rows;
    const pages = this.#slots / PAGE_SLOTS;
    this.#state = new StepState(gpu, {
      maxRows: this.#rows,
      maxLogitRows: 1,
      maxSequences: 1,
      layers: 1,
      kvStride: kvHeads,
      maxPages: pages,
    });
    const allocate = (label: string, bytes: number): GpuArray =>
      wholeBuffer(gpu.createBuffer(`tuning ${label}`, bytes));
    const width = this.#rows * qHeads * headDim * 4;
    this.#arrays = {
      query: allocate('queries', width),
      output: allocate('attention', width),
      partials: allocate('partials', partialsBytes(Math.min(8, this.#rows), qHeads, headDim, MAX_SPLITS)),
      lse: allocate('log-sum-exp', this.#rows * qHeads * 4),
      cache: allocate('cache', pages * pageWords(kv, kvHeads, headDim) * 4),
    };
    fillRandom(gpu, this.#arrays.query.buffer, SMALL_FLOATS);
    gpu.write(this.#arrays.cache.buffer, 0, randomPages(kv, heads, pages));
    this.#state.writePages(
      0,
      0,
      0,
      Array.from({ length: pages }, (_, page) => page),
    );
    this.#state.writeLength(0, history);
    this.#state.writeBatch(
      {
        rows: Array.from({ length: this.#rows }, (_, ordinal) => ({
          sequence: 0,
          position: history + ordinal,
          ordinal,
          token: 0,
          logits: false,
        })),
      },
      [{ sequence: 0, words: new Uint32Array(1) }],
    );
  }

  entrant(backend: ReturnType<typeof dense>): Entrant {
    const { qHeads, kvHeads, headDim } = this.#heads;
    const { cache, ...arrays } = this.#arrays;
    const recorder = new PlanRecorder();
    backend.encode(
      recorder,
      {
        layer: 0,
        qHeads,
        kvHeads,
        groupSize: qHeads / kvHeads,
        headDim,
        window: 0,
        kv: this.#kv,
        cache,
        state: this.#state.array,
        sequences: 1,
      },
      arrays,
      { rows: this.#rows, lengthBucket: this.#slots },
    );
    return { name: 'attention', dispatches: recorder.dispatches.map(({ dispatch }) => dispatch) };
  }

  dispose(): void {
    for (const { buffer } of [this.#state.array, ...Object.values(this.#arrays)]) this.#gpu.destroyBuffer(buffer);
  }
}

/** Pages of small random keys and values, with the positions of one sequence. */
function randomPages(kv: KvType, { kvHeads, headDim }: Heads, pages: number): Uint32Array<ArrayBuffer> {
  const perPage = pageWords(kv, kvHeads, headDim);
  const positionsAt = positionWord(kv, kvHeads, headDim);
  const scalesAt = scaleWord(kv, kvHeads, headDim);
  const words = new Uint32Array(pages * perPage);
  let word = 1;
  for (let i = 0; i < words.length; i++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    const page = Math.floor(i / perPage);
    const within = i % perPage;
    words[i] =
      within < positionsAt || within >= scalesAt
        ? (word & SMALL_FLOATS) >>> 0
        : page * PAGE_SLOTS + ((within - positionsAt) % PAGE_SLOTS);
  }
  return words;
}
