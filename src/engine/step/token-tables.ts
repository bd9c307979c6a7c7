import { wholeBuffer } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { COUNT_PROMPT, countsAt, countsWords, maskAt } from '../../kernels/sampling/penalties-part.ts';
import type { Activations } from '../../models/step.ts';
import { hasPenalties } from '../../sampling/settings.ts';
import type { StepState } from '../memory/step-state.ts';
import type { Plans } from '../plan/plans.ts';
import type { Run } from './run.ts';
import { nextMask } from './token-mask.ts';

/** Whether the head must look up which tokens may come. */
export const isMasked = ({ constraint, drawable }: Run): boolean => constraint !== undefined || drawable !== undefined;

export interface TokenTablesParts {
  readonly gpu: Gpu;
  readonly state: StepState;
  readonly plans: Plans;
  /** Of which `counts` is replaced when more sequences need a table. */
  readonly activations: Activations;
  readonly vocab: number;
}

/** What the CPU tells the head of every token: which are in the prompt, and which may come next. */
export class TokenTables {
  readonly #parts: TokenTablesParts;

  constructor(parts: TokenTablesParts) {
    this.#parts = parts;
  }

  /**
   * Has a table for a run that needs one, in which every token of the prompt is marked; the kernels count the output.
   * Nothing may be in flight. @throws MemoryError
   */
  async begin(run: Run): Promise<void> {
    const penalised = hasPenalties(run.sampling);
    if (penalised || isMasked(run)) await this.#require(run.lease.sequence!);
    // Ids without a token stay without one: their mask is written once, a constraint's before every token.
    if (isMasked(run) && !run.constraint) this.#writeMask(run);
    if (!penalised) return;
    const { activations, vocab, gpu } = this.#parts;
    const table = new Uint32Array(vocab);
    for (const id of run.ids) table[id] = COUNT_PROMPT;
    gpu.write(activations.counts.buffer, countsAt(vocab, run.lease.sequence!) * 4, table);
  }

  /** Doubles the tables until this sequence has one; those of others keep what they hold. */
  async #require(sequence: number): Promise<void> {
    const { activations, vocab, gpu, plans } = this.#parts;
    const { counts } = activations;
    const wordsFor = (sequences: number): number => countsWords(vocab, sequences) * 4;
    let sequences = counts.byteLength / wordsFor(1);
    if (sequence < sequences) return;
    while (sequence >= sequences) sequences *= 2;
    const grown = await gpu.checked('growing the token counts', () => {
      const buffer = gpu.createBuffer('token counts and masks', wordsFor(sequences));
      const encoder = gpu.device.createCommandEncoder();
      encoder.copyBufferToBuffer(counts.buffer, 0, buffer, 0, counts.byteLength);
      gpu.submit([encoder.finish()]);
      return buffer;
    });
    await plans.clear();
    activations.counts = wholeBuffer(grown);
    gpu.destroyBuffer(counts.buffer);
  }

  /** Writes what may come next in each of these runs that is held to a constraint; false when one of them failed. */
  writeMasks(runs: readonly Run[]): boolean {
    for (const run of runs) {
      if (!run.constraint || run.ended) continue;
      try {
        this.#writeMask(run);
      } catch (error) {
        run.fail(error);
        return false;
      }
    }
    return true;
  }

  #writeMask({ constraint, generated, drawable, lease }: Run): void {
    const { activations, vocab, gpu } = this.#parts;
    const words = nextMask(constraint, generated, vocab, drawable);
    gpu.write(activations.counts.buffer, maskAt(vocab, lease.sequence!) * 4, words);
  }
}
