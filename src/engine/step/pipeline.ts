import type { GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { Readback } from '../../gpu/readback.ts';
import { Rest } from '../../gpu/rest.ts';
import type { TokenLogprobs } from '../../core/api.ts';
import { LOG_PROB_WORDS } from '../../kernels/sampling/log-probs.ts';
import { MASKED_LOGIT } from '../../kernels/sampling/penalties-part.ts';
import { MATVEC_ROWS } from '../../kernels/linear/tuned-matrix.ts';
import { OUTPUT_DONE, OUTPUT_NO_TOKEN, OUTPUT_WORDS } from '../../kernels/sampling/outputs.ts';
import { Lookahead } from './lookahead.ts';
import type { Run } from './run.ts';
import { cutOf } from '../memory/sequence-methods.ts';

/** Words of a step's log-probabilities. */
const LOG_PROB_ROWS_WORDS = MATVEC_ROWS * LOG_PROB_WORDS;

/** Steps that were submitted and not yet read. */
interface Batch {
  /** In the order of their logit rows. */
  readonly runs: readonly Run[];
  readonly steps: number;
  readonly logprobs: boolean;
  readonly words: Promise<Uint32Array<ArrayBuffer>>;
}

export interface PipelineParts {
  readonly gpu: Gpu;
  readonly outputs: GpuArray;
  /** [ring, MATVEC_ROWS, LOG_PROB_WORDS]. */
  readonly logProbs: GpuArray;
  /** Slots of the ring of outputs. */
  readonly ring: number;
  readonly maxLogitRows: number;
}

/** Steps in flight: their outputs are copied out of the ring behind them, and read in order while later ones run. */
export class Pipeline {
  readonly readback: Readback;
  readonly lookahead = new Lookahead();
  readonly #rest = new Rest();
  /** Steps of rows that nobody wanted any more when they were read. */
  rolledBack = 0;
  maxAhead = 0;
  readonly #parts: PipelineParts;
  readonly #batches: Batch[] = [];

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    const stepWords = parts.maxLogitRows * OUTPUT_WORDS + LOG_PROB_ROWS_WORDS;
    this.readback = new Readback(parts.gpu, parts.ring * stepWords * 4, 4);
  }

  /** Steps that were submitted and not yet read. */
  get ahead(): number {
    return this.#batches.reduce((sum, { steps }) => sum + steps, 0);
  }

  /** How many steps may be submitted now; 0 = read first. */
  get room(): number {
    const { ahead } = this;
    const count = Math.min(this.lookahead.batch, this.#parts.ring - ahead);
    return this.readback.free > 0 && ahead + count <= this.lookahead.inFlight ? count : 0;
  }

  /**
   * Submits `steps` encoded steps of these runs and has their outputs read back.
   * @param options.rest, options.units how to wait for them, where they are no decode steps.
   */
  push(
    encoder: GPUCommandEncoder,
    firstStep: number,
    steps: number,
    runs: readonly Run[],
    {
      logprobs,
      rest = this.#rest,
      units = this.ahead + steps,
    }: { readonly logprobs: boolean; readonly rest?: Rest; readonly units?: number },
  ): void {
    const { outputs, logProbs, ring, maxLogitRows } = this.#parts;
    if (this.#batches.length === 0) this.lookahead.start();
    const first = firstStep % ring;
    const untilEnd = Math.min(steps, ring - first);
    const ranges: [GPUBuffer, number, number][] = [];
    const copy = ({ buffer }: GpuArray, stepBytes: number): void => {
      ranges.push([buffer, first * stepBytes, untilEnd * stepBytes]);
      if (steps > untilEnd) ranges.push([buffer, 0, (steps - untilEnd) * stepBytes]);
    };
    copy(outputs, maxLogitRows * OUTPUT_WORDS * 4);
    if (logprobs) copy(logProbs, LOG_PROB_ROWS_WORDS * 4);
    const words = this.readback.submit(encoder, ranges, (map) => rest.wait(units, map));
    words.catch(() => {});
    this.#batches.push({ runs, steps, logprobs, words });
    this.maxAhead = Math.max(this.maxAhead, this.ahead);
  }

  /** Reads the oldest batch and hands its tokens out. Rejects when the device is lost or disposed. */
  async read(): Promise<void> {
    const oldest = this.#batches[0];
    if (!oldest) return;
    const words = await oldest.words;
    this.#batches.shift();
    this.lookahead.finished(oldest.steps);
    const stepWords = this.#parts.maxLogitRows * OUTPUT_WORDS;
    for (let step = 0; step < oldest.steps; step++)
      oldest.runs.forEach((run, row) => {
        const at = step * stepWords + row * OUTPUT_WORDS;
        const flags = words[at + 1]!;
        if ((flags & OUTPUT_NO_TOKEN) !== 0) return;
        if (run.ended) {
          this.rolledBack++;
          run.lease.overrun = true;
          return;
        }
        // The row of the token before was appended to the cache in this step.
        const { lease } = run;
        if (lease.length < run.ids.length)
          lease.residency.append(run.ids.length - lease.length, cutOf(lease.methods, 'decode'));
        const last = (flags & OUTPUT_DONE) !== 0;
        if (!oldest.logprobs || run.logprobs === undefined) run.accept(words[at]!, last);
        else {
          const place = oldest.steps * stepWords + step * LOG_PROB_ROWS_WORDS + row * LOG_PROB_WORDS;
          run.accept(words[at]!, last, readLogprobs(words.subarray(place, place + LOG_PROB_WORDS), run.logprobs));
        }
      });
  }

  /** Reads everything that is in flight. */
  async drain(): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- in order
    while (this.#batches.length > 0) await this.read();
  }

  /** Forgets what is in flight, once the device has let go of it. */
  async drop(): Promise<void> {
    await Promise.allSettled(this.#batches.map(({ words }) => words));
    this.#batches.length = 0;
  }
}

/** What sampling/log-probs wrote of a row, with so many alternatives. */
function readLogprobs(words: Uint32Array<ArrayBuffer>, alternatives: number): TokenLogprobs {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const top: [number, number][] = [];
  for (let i = 0; i < alternatives; i++) {
    const id = words[2 + 2 * i]!;
    const logprob = floats[3 + 2 * i]!;
    if (id === NO_TOKEN || logprob < LEAST_LOGPROB) break;
    top.push([id, logprob]);
  }
  return { logprob: floats[0]!, top };
}

/** The vocabulary has no more tokens. */
const NO_TOKEN = 0xffffffff;
/** Below it lie only tokens that a mask forbids. */
const LEAST_LOGPROB = MASKED_LOGIT / 2;
