import type { AttentionObserver } from '../../attention/backend.ts';
import type { BatchRow } from '../../core/batch.ts';
import { Readback } from '../../gpu/readback.ts';
import { Rest } from '../../gpu/rest.ts';
import { OUTPUT_WORDS } from '../../kernels/sampling/outputs.ts';
import { GENERATE_DEFAULTS, packSequence } from '../../sampling/settings.ts';
import { encodeInSubmits } from '../step/encode-steps.ts';
import { Lease } from '../memory/lease.ts';
import { rowBucket } from '../plan/plans.ts';
import type { Runtime } from '../runtime.ts';
import {
  cutOf,
  promptPhase,
  rowsToCut,
  type Phase,
  type RunSpan,
  type SequenceMethods,
} from '../memory/sequence-methods.ts';
import { kindsOf } from '../plan/step-kinds.ts';
import { writeMethods } from '../memory/write-methods.ts';

export interface ForcedOptions {
  readonly methods: SequenceMethods;
  readonly span: RunSpan;
  readonly seed?: number;
  readonly observer?: AttentionObserver;
}

export interface ForcedRows {
  readonly ids: readonly number[];
  readonly phase: Phase;
  /** The id that follows each row, where it is to be scored. */
  readonly targets?: readonly (number | undefined)[];
  /** Rows whose logits are wanted even without a target. */
  readonly wanted?: readonly boolean[];
  /** Whether the logits themselves are read, or only what the targets cost. */
  readonly logits?: boolean;
}

export interface ForcedScore {
  /** Row of the step. */
  readonly row: number;
  /** Negative log-likelihood of the row's target in nats; meaningless without one. */
  readonly nll: number;
  readonly logSumExp: number;
  readonly logits: Float32Array | undefined;
}

/**
 * A sequence that is fed given tokens instead of drawn ones, by a job that has the engine to itself. Its methods act as in
 * a conversation.
 */
export class ForcedSequence {
  readonly lease: Lease;
  readonly #runtime: Runtime;
  readonly #options: Omit<ForcedOptions, 'span'>;
  #span: RunSpan;
  readonly #rest = new Rest();
  #readback: Readback | undefined;
  #readbackBytes = 0;

  private constructor(runtime: Runtime, options: ForcedOptions) {
    this.#runtime = runtime;
    this.#options = options;
    this.#span = options.span;
    this.lease = new Lease(options.methods, runtime.config);
  }

  /** Takes a place in the step state. Nothing may be in flight; `dispose` gives it back. */
  static async begin(runtime: Runtime, options: ForcedOptions): Promise<ForcedSequence> {
    const sequence = new ForcedSequence(runtime, options);
    await runtime.sequences.require(options.methods, () => runtime.plans.clear());
    sequence.next(options.span);
    return sequence;
  }

  /** Goes on as the next run of a conversation does: its methods are told of the new span. */
  next(span: RunSpan): void {
    const { sequences, methodBuffers } = this.#runtime;
    this.#span = span;
    sequences.begin(this.lease);
    methodBuffers.forget(this.lease.sequence!);
  }

  /**
   * Feeds the rest of the span's prompt in chunks, and scores its last row where there is a target.
   * @param onFed told after each chunk how many tokens the sequence has; it may throw, which ends this
   */
  async prompt(
    ids: readonly number[],
    { target, onFed }: { readonly target?: number | undefined; readonly onFed?: (tokens: number) => void } = {},
  ): Promise<ForcedScore[]> {
    const { promptEnd } = this.#span;
    const { methods } = this.#options;
    let scores: ForcedScore[] = [];
    for (let from = 0, to; from < ids.length; from = to) {
      const { length } = this.lease;
      to = Math.min(ids.length, from + this.#runtime.state.layout.maxRows, from + rowsToCut(methods, length));
      const isLast = to === ids.length;
      // oxlint-disable-next-line no-await-in-loop -- rows follow each other through one cache
      scores = await this.feed({
        ids: ids.slice(from, to),
        phase: promptPhase(methods, length + to - from, promptEnd),
        targets: Array.from({ length: to - from }, (_, row) => (isLast && row === to - from - 1 ? target : undefined)),
      });
      onFed?.(this.lease.length);
    }
    return scores;
  }

  /** The most rows of one call. */
  get mostRows(): number {
    const { maxRows, maxLogitRows } = this.#runtime.state.layout;
    return Math.min(maxRows, maxLogitRows);
  }

  /** Computes these rows behind those before, evicts where that is due, and scores the rows that have targets. */
  async feed({ ids, phase, targets = [], wanted = [], logits = false }: ForcedRows): Promise<ForcedScore[]> {
    const { sequences, state, plans, gpu, ring, outputs, activations, config, methodIds } = this.#runtime;
    const { lease } = this;
    const { methods, observer } = this.#options;
    await sequences.reserve(lease, ids.length, 'never', () => plans.clear());
    writeMethods(state, methodIds, lease, this.#span, phase);
    const sequence = lease.sequence!;
    const first = lease.length;
    const rows = ids.map((token, i): BatchRow => {
      const target = targets[i];
      return {
        sequence,
        position: first + i,
        ordinal: i,
        token,
        decode: phase === 'decode',
        logits: target !== undefined || wanted[i] === true,
        ...(target !== undefined && { target }),
      };
    });
    const scored = rows.flatMap((row, i) => (row.logits ? [i] : []));
    const plan = await plans.for({
      rows: rows.length,
      logitRows: scored.length,
      length: lease.residency.mostAfter(rows.length),
      tail: scored.length > 0 ? 'score' : 'none',
      kinds: { ...kindsOf([{ methods, phase, rows: rows.length }]), ...(observer && { observer }) },
    });
    const cut = cutOf(methods, phase);
    const eviction = lease.residency.append(rows.length, cut) ? await plans.eviction([methods]) : undefined;
    const words = packSequence(
      { ...GENERATE_DEFAULTS, seed: this.#options.seed ?? 0 },
      { remaining: 1, stopIds: [], ignoreEos: true, rows: rows.length },
    );
    state.writeBatch({ rows }, [{ sequence, words }]);
    const encoder = encodeInSubmits(gpu, plan, 1, eviction);
    if (eviction && phase !== 'decode') sequences.trim(lease, cutOf(methods, 'decode'));
    const step = state.step++;
    const units = rowBucket(rows.length);
    if (scored.length === 0) {
      gpu.submit([encoder.finish()]);
      await this.#rest.wait(units, () => gpu.finished());
      return [];
    }
    const outputBytes = state.layout.maxLogitRows * OUTPUT_WORDS * 4;
    const logitBytes = logits ? scored.length * config.vocab * 4 : 0;
    const read = await this.#staging(outputBytes + logitBytes).submit(
      encoder,
      [
        [outputs.buffer, (step % ring) * outputBytes, outputBytes],
        ...(logits ? [[activations.logits.buffer, 0, logitBytes] as const] : []),
      ],
      (map) => this.#rest.wait(units, map),
    );
    const values = new Float32Array(read.buffer);
    return scored.map((row, i) => {
      const at = outputBytes / 4 + i * config.vocab;
      return {
        row,
        nll: values[i * OUTPUT_WORDS]!,
        logSumExp: values[i * OUTPUT_WORDS + 1]!,
        logits: logits ? values.subarray(at, at + config.vocab) : undefined,
      };
    });
  }

  dispose(): void {
    this.#readback?.dispose();
    this.#runtime.sequences.release(this.lease);
  }

  #staging(bytes: number): Readback {
    if (this.#readbackBytes < bytes) {
      this.#readback?.dispose();
      this.#readback = new Readback(this.#runtime.gpu, bytes, 1);
      this.#readbackBytes = bytes;
    }
    return this.#readback!;
  }
}
