import { throwIfAborted } from '../core/errors.ts';
import { wholeBuffer, type GpuArray } from '../gpu/array.ts';
import type { Gpu } from '../gpu/device.ts';
import { Readback } from '../gpu/readback.ts';
import { spread } from './statistics.ts';

/** Bytes that are read back to know that the GPU has finished. */
const MARK_BYTES = 16;
/** A pass this long is timed well enough: clocks of browsers tick every 0.1 ms at worst. */
const PASS_MS = 10;
const MOST_REPEATS = 1 << 16;

/** Something that can be encoded any number of times into one pass. */
export interface Timed {
  readonly encode: (pass: GPUComputePassEncoder, repeats: number) => void;
  /** Puts the buffers back to what they were; runs before each pass, outside of its time. */
  readonly restore?: () => void;
}

/** Times passes on the GPU from submit until a result is mapped. */
export class PassTimer {
  readonly #gpu: Gpu;
  readonly #mark: GpuArray;
  readonly #readback: Readback;
  readonly #signal: AbortSignal | undefined;

  constructor(gpu: Gpu, signal?: AbortSignal) {
    this.#gpu = gpu;
    this.#signal = signal;
    this.#mark = wholeBuffer(gpu.createBuffer('bench mark', MARK_BYTES));
    this.#readback = new Readback(gpu, MARK_BYTES, 1);
  }

  /** Milliseconds of one pass with `repeats` of the work, the round trip included. @throws AbortedError, the device-lost error */
  async pass({ encode, restore }: Timed, repeats: number): Promise<number> {
    throwIfAborted(this.#signal);
    if (restore) {
      restore();
      await this.#finish(this.#gpu.device.createCommandEncoder());
    }
    const encoder = this.#gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    encode(pass, repeats);
    pass.end();
    const started = performance.now();
    await this.#finish(encoder);
    return performance.now() - started;
  }

  /** How many repeats make a pass of at least 10 ms, from trial passes that also warm up. */
  async repeatsFor(work: Timed, roundTrip: number): Promise<number> {
    let repeats = 1;
    await this.pass(work, repeats);
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- each trial follows from the last
      const once = Math.max(1e-6, (await this.pass(work, repeats)) - roundTrip);
      if (once >= PASS_MS || repeats >= MOST_REPEATS) return repeats;
      repeats = Math.min(
        MOST_REPEATS,
        Math.max(repeats + 1, Math.min(16 * repeats, Math.ceil((1.2 * PASS_MS * repeats) / once))),
      );
    }
  }

  /** Milliseconds of an empty submit until its result is mapped: what every pass costs besides its work. */
  async roundTrip(rounds: number): Promise<number> {
    const times: number[] = [];
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for (let i = 0; i < rounds; i++) times.push(await this.pass(NOTHING, 0));
    return spread(times).median;
  }

  dispose(): void {
    this.#readback.dispose();
    this.#gpu.destroyBuffer(this.#mark.buffer);
  }

  async #finish(encoder: GPUCommandEncoder): Promise<void> {
    await this.#readback.submit(encoder, [[this.#mark.buffer, 0, MARK_BYTES]]);
  }
}

const NOTHING: Timed = { encode: () => {} };

/**
 * Times several pieces of work in turns, round after round, so that a slow moment meets all of them.
 * @returns of each piece the milliseconds of one repeat in every round, the empty submit of the same round taken off
 */
export async function timeInTurns(timer: PassTimer, works: readonly Timed[], rounds: number): Promise<number[][]> {
  const roundTrip = await timer.roundTrip(5);
  const repeats: number[] = [];
  // oxlint-disable no-await-in-loop -- passes must not share the GPU
  for (const work of works) repeats.push(await timer.repeatsFor(work, roundTrip));
  const times = works.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    const empty = await timer.roundTrip(3);
    for (const [i, work] of works.entries()) {
      const milliseconds = await timer.pass(work, repeats[i]!);
      times[i]!.push(Math.max(0, milliseconds - empty) / repeats[i]!);
    }
  }
  // oxlint-enable no-await-in-loop
  return times;
}
