import type { GpuArray } from '../gpu/array.ts';
import type { Gpu } from '../gpu/device.ts';
import { Readback } from '../gpu/readback.ts';
import { OUTPUT_DONE, OUTPUT_NO_TOKEN, OUTPUT_WORDS } from '../kernels/sampling/outputs.ts';
import { Lookahead } from './lookahead.ts';
import type { Run } from './run.ts';

/** Steps that were submitted and not yet read. */
interface Batch {
  /** In the order of their logit rows. */
  readonly runs: readonly Run[];
  readonly steps: number;
  readonly words: Promise<Uint32Array<ArrayBuffer>>;
}

export interface PipelineParts {
  readonly gpu: Gpu;
  readonly outputs: GpuArray;
  /** Slots of the ring of outputs. */
  readonly ring: number;
  readonly maxLogitRows: number;
}

/** Steps in flight: their outputs are copied out of the ring behind them, and read in order while later ones run. */
export class Pipeline {
  readonly readback: Readback;
  readonly lookahead = new Lookahead();
  /** Steps of rows that nobody wanted any more when they were read. */
  rolledBack = 0;
  maxAhead = 0;
  readonly #parts: PipelineParts;
  readonly #batches: Batch[] = [];

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.readback = new Readback(parts.gpu, parts.ring * parts.maxLogitRows * OUTPUT_WORDS * 4, 4);
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

  /** Submits `steps` encoded steps of these runs and has their outputs read back. */
  push(encoder: GPUCommandEncoder, firstStep: number, steps: number, runs: readonly Run[]): void {
    const { outputs, ring, maxLogitRows } = this.#parts;
    if (this.#batches.length === 0) this.lookahead.start();
    const stepBytes = maxLogitRows * OUTPUT_WORDS * 4;
    const first = firstStep % ring;
    const untilEnd = Math.min(steps, ring - first);
    const ranges: [GPUBuffer, number, number][] = [[outputs.buffer, first * stepBytes, untilEnd * stepBytes]];
    if (steps > untilEnd) ranges.push([outputs.buffer, 0, (steps - untilEnd) * stepBytes]);
    const words = this.readback.submit(encoder, ranges);
    words.catch(() => {});
    this.#batches.push({ runs, steps, words });
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
          return;
        }
        // The row of the token before was appended to the cache in this step.
        run.lease.length = run.ids.length;
        run.accept(words[at]!, (flags & OUTPUT_DONE) !== 0);
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
