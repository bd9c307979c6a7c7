import type { GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { COUNT_PROMPT, maskAt } from '../../kernels/sampling/penalties-part.ts';
import type { Run } from './run.ts';
import type { StepState } from '../memory/step-state.ts';
import { nextMask } from './token-mask.ts';

export interface TokenTablesParts {
  readonly gpu: Gpu;
  readonly state: StepState;
  /** Counts, then masks; see `lib/penalties`. */
  readonly counts: GpuArray;
  readonly vocab: number;
}

/** What the CPU tells the head of every token: which are in the prompt, and which may come next. */
export class TokenTables {
  readonly #parts: TokenTablesParts;

  constructor(parts: TokenTablesParts) {
    this.#parts = parts;
  }

  /** What the penalties count: every token of the prompt is marked; the kernels count the output. */
  writeCounts(run: Run): void {
    const { counts, vocab, gpu } = this.#parts;
    const table = new Uint32Array(vocab);
    for (const id of run.ids) table[id] = COUNT_PROMPT;
    gpu.write(counts.buffer, run.lease.sequence! * vocab * 4, table);
  }

  /** Writes what may come next in each of these runs where not all may; false when one of them failed. */
  writeMasks(runs: readonly Run[]): boolean {
    const { counts, vocab, gpu, state } = this.#parts;
    for (const run of runs) {
      if ((!run.constraint && run.drawable === undefined) || run.ended) continue;
      try {
        const words = nextMask(run.constraint, run.generated, vocab, run.drawable);
        gpu.write(counts.buffer, maskAt(vocab, state.layout.maxSequences, run.lease.sequence!) * 4, words);
      } catch (error) {
        run.fail(error);
        return false;
      }
    }
    return true;
  }
}
