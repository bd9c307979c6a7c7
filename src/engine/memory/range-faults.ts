import type { EndedRange } from '../../core/api.ts';
import { NumberError } from '../../core/errors.ts';
import type { GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { Readback } from '../../gpu/readback.ts';
import { FAULT_WORDS, readFaults } from '../../kernels/faults.ts';
import type { Lease } from './lease.ts';

const NOTHING = new Uint32Array(FAULT_WORDS);

/** Numbers out of range, by sequence: kernels note them, a step's end tells that there are some, and here they become errors. */
export class RangeFaults {
  readonly #gpu: Gpu;
  readonly #array: GpuArray;
  readonly #ended: EndedRange[] = [];

  /** @param array lib/faults, for as many sequences as there may be */
  constructor(gpu: Gpu, array: GpuArray) {
    this.#gpu = gpu;
    this.#array = array;
  }

  /** What ended because of its numbers, for the report. */
  get ended(): readonly EndedRange[] {
    return this.#ended;
  }

  /** Forgets what was noted of a sequence, for it begins anew. */
  clear(sequence: number): void {
    this.#gpu.write(this.#array.buffer, sequence * FAULT_WORDS * 4, NOTHING);
  }

  /** The error of a run whose step told of a fault; what is cached of it is computed again before it goes on. */
  async errorOf(lease: Lease): Promise<NumberError> {
    lease.spoiled = true;
    const readback = new Readback(this.#gpu, FAULT_WORDS * 4, 1);
    try {
      const at = lease.sequence! * FAULT_WORDS * 4;
      const encoder = this.#gpu.device.createCommandEncoder();
      const fault = readFaults(await readback.submit(encoder, [[this.#array.buffer, at, FAULT_WORDS * 4]]));
      this.#ended.push(fault ? { what: 'cache', ...fault } : { what: 'logits' });
      return fault ? cacheError(fault) : logitsError();
    } finally {
      readback.dispose();
    }
  }
}

const cacheError = ({ pairs, layer }: { readonly pairs: number; readonly layer: number }): NumberError =>
  new NumberError({
    code: 'cache-out-of-range',
    happened: `${pairs} pairs of elements of queries, keys or values, the first in layer ${layer}, are NaN, infinite or larger than the cache can hold.`,
    expected: 'They are numbers that can be stored, or the text that follows means nothing.',
    todo: "Get the model from another source, or create the engine with kv 'f32' where another runtime can compute it.",
  });

const logitsError = (): NumberError =>
  new NumberError({
    code: 'logits-not-numbers',
    happened: 'A logit is NaN or infinite.',
    expected: 'Logits are numbers, or nothing can be drawn from them or scored with them.',
    todo: "Get the model from another source; where activations are not 'f32', try it with those.",
  });
