import type { AttentionObserver } from '../../attention/backend.ts';
import { Readback } from '../../gpu/readback.ts';
import { Throttle } from '../../gpu/throttle.ts';
import { GENERATE_DEFAULTS, packSequence } from '../../sampling/settings.ts';
import type { SequencePart } from '../step/steps.ts';
import { Lease } from '../memory/lease.ts';
import { splitSteps } from '../plan/output-rings.ts';
import { rowBucket } from '../plan/plans.ts';
import { scored, unread, type RowScore } from '../plan/step-ends.ts';
import type { Runtime } from '../runtime.ts';
import { promptPhase, rowsToCut, type Phase, type RunSpan, type SequenceMethods } from '../memory/sequence-methods.ts';

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

export interface ForcedScore extends RowScore {
  /** Row of the step. */
  readonly row: number;
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
  readonly #throttle = new Throttle();
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
    await sequence.next(options.span);
    return sequence;
  }

  /** Goes on as the next run of a conversation does: its methods are told of the new span. */
  async next(span: RunSpan): Promise<void> {
    this.#span = span;
    await this.#runtime.steps.begin(this.lease);
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

  /**
   * Computes these rows behind those before, evicts where that is due, and scores the rows that have targets.
   * @throws NumberError where numbers went out of range
   */
  async feed({ ids, phase, targets = [], wanted = [], logits = false }: ForcedRows): Promise<ForcedScore[]> {
    const { steps, rings, activations, faults, config } = this.#runtime;
    const { lease } = this;
    const { methods, observer, seed = 0 } = this.#options;
    const rows = ids.length;
    const wantedRows = ids.flatMap((_, row) => (targets[row] !== undefined || wanted[row] === true ? [row] : []));
    const part: SequencePart = {
      lease,
      methods,
      span: this.#span,
      phase,
      rows,
      given: {
        tokens: ids,
        logits: ids.map((_, row) => wantedRows.includes(row)),
        targets,
        record: packSequence({ ...GENERATE_DEFAULTS, seed }, { remaining: 1, stopIds: [], ignoreEos: true }),
      },
    };
    const end = wantedRows.length > 0 ? scored : unread;
    await steps.reserve(lease, rows, 'never');
    const step = await steps.prepare({ parts: [part], steps: 1, end, observer });
    const outputWords = rings.outputs.stepWords;
    const logitBytes = logits ? wantedRows.length * config.vocab * 4 : 0;
    const words = await steps.submit(step, {
      readback: this.#staging(outputWords * 4 + logitBytes),
      throttle: this.#throttle,
      units: rowBucket(rows),
      more: logitBytes > 0 ? [[activations.logits.buffer, 0, logitBytes]] : [],
    });
    steps.commit(part, rows);
    const [given] = splitSteps(words, rings, end.words, 1);
    const values = new Float32Array(words.buffer);
    const scores = wantedRows.map((_, i) => scored.read(given!, i));
    if (scores.some(({ logSumExp }) => !Number.isFinite(logSumExp))) throw await faults.errorOf(lease);
    return wantedRows.map((row, i) => {
      const at = outputWords + i * config.vocab;
      return {
        row,
        ...scores[i]!,
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
