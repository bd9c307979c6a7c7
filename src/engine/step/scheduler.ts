import { rowsToCut } from '../memory/sequence-methods.ts';
import type { Run } from './run.ts';
import { RESERVE_AHEAD, RunSteps, type RunStepsParts } from './run-steps.ts';
import { pendingOf } from './scheduled-rows.ts';
import type { StepStatistics } from './step-statistics.ts';
import type { StepsInFlight } from './steps-in-flight.ts';

/** Decides who runs: takes runs in, lets ended ones go, gives jobs the engine to themselves, and has steps computed meanwhile. */
export class Scheduler {
  readonly #parts: RunStepsParts;
  readonly #steps: RunSteps;
  readonly #waiting: Run[] = [];
  readonly #jobs: { readonly start: () => Promise<void>; readonly fail: (error: unknown) => void }[] = [];
  #active: Run[] = [];
  #loop: Promise<void> | undefined;
  #closed: unknown;

  constructor(parts: RunStepsParts) {
    this.#parts = parts;
    this.#steps = new RunSteps(parts);
  }

  get statistics(): StepStatistics {
    return this.#steps.statistics;
  }

  get inFlight(): StepsInFlight {
    return this.#steps.inFlight;
  }

  /** Queues a run; it joins the running ones at the next step. */
  submit(run: Run): void {
    if (this.#closed !== undefined) {
      run.fail(this.#closed);
      return;
    }
    this.#waiting.push(run);
    this.#start();
  }

  /** Runs `job` when no step is in flight and none begins until it ends. */
  exclusive<T>(job: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ start: () => job().then(resolve, reject), fail: reject });
      this.#start();
    });
  }

  /** Ends every run with `error`, and waits until the loop has stopped. Later submissions fail with it too. */
  async close(error: unknown): Promise<void> {
    this.#closed = error;
    // Callers learn at once; the loop gives back what the runs hold, once nothing is in flight.
    this.#failRuns(error);
    await this.#loop;
  }

  #start(): void {
    this.#loop ??= this.#work();
  }

  get #hasWork(): boolean {
    return this.#jobs.length > 0 || this.#waiting.length > 0 || this.#active.length > 0 || this.inFlight.ahead > 0;
  }

  async #work(): Promise<void> {
    // A run that was queued in this turn joins those queued with it.
    await Promise.resolve();
    try {
      while (this.#hasWork) {
        if (this.#closed !== undefined) throw this.#closed;
        // oxlint-disable no-await-in-loop -- a step follows the other
        if (this.#jobs.length > 0) {
          await this.#steps.settle();
          await this.#jobs.shift()!.start();
          continue;
        }
        if (this.#active.some((run) => run.ended)) await this.#reap();
        await this.#admit();
        if (this.#active.length === 0) {
          await this.#steps.settle();
          continue;
        }
        await this.#steps.step(this.#active);
        // oxlint-enable no-await-in-loop
      }
      this.#checkIntegrity();
    } catch (error) {
      const reason = this.#closed ?? this.#parts.gpu.disposedError ?? this.#parts.gpu.lostError ?? error;
      await this.#steps.drop();
      this.#failRuns(reason);
      this.#dropRuns();
    } finally {
      // In the turn that saw that nothing is left: what is queued a turn later must find that the loop has ended.
      this.#loop = undefined;
    }
  }

  /** With nothing to do: pages that do not add up would make later text wrong, so nothing more is taken in. */
  #checkIntegrity(): void {
    try {
      this.#parts.sequences.checkIntegrity();
    } catch (error) {
      this.#closed ??= error;
    }
  }

  #failRuns(error: unknown): void {
    for (const run of [...this.#active, ...this.#waiting]) run.fail(error);
    for (const job of this.#jobs.splice(0)) job.fail(error);
  }

  #dropRuns(): void {
    for (const run of this.#active) {
      run.lease.empty();
      this.#parts.sequences.end(run.lease);
    }
    this.#active = [];
    this.#waiting.length = 0;
  }

  /** Runs that one step can serve: each needs a sequence and a logit row. */
  get #mostRunning(): number {
    const { maxSequences, maxLogitRows } = this.#parts.state.layout;
    return Math.min(maxSequences, maxLogitRows);
  }

  /** Takes waiting runs in while one step can serve them all. */
  async #admit(): Promise<void> {
    while (this.#waiting.length > 0 && this.#active.length < this.#mostRunning) {
      // oxlint-disable no-await-in-loop -- one after the other
      await this.#steps.settle();
      const run = this.#waiting.shift()!;
      const { sequences, steps } = this.#parts;
      if (run.ended) {
        // What is cached must be of the ids that the conversation compares its next ones with.
        run.lease.lower(Math.min(run.lease.length, run.keptIds));
        sequences.end(run.lease);
        continue;
      }
      try {
        await steps.begin(run.lease, run.keptIds);
        await steps.reserve(run.lease, this.#firstRows(run), 'never');
        await this.#steps.tables.begin(run);
      } catch (error) {
        sequences.release(run.lease);
        run.fail(error);
        continue;
      }
      // oxlint-enable no-await-in-loop
      run.began(run.lease.length);
      this.#active.push(run);
    }
  }

  /** Rows for which a run gets pages when it begins: of its prompt, and of what follows where nothing is evicted. */
  #firstRows(run: Run): number {
    const { methods, length } = run.lease;
    const pending = pendingOf(run);
    if (!methods.cache) return Math.min(pending + run.maxTokens, pending + RESERVE_AHEAD);
    return Math.min(pending, rowsToCut(methods, length));
  }

  /** Lets ended runs go. The rest is fed again, for the GPU would carry the ended ones' rows on. */
  async #reap(): Promise<void> {
    await this.#steps.settle();
    for (const run of this.#active.filter(({ ended }) => ended)) this.#parts.sequences.end(run.lease);
    this.#active = this.#active.filter(({ ended }) => !ended);
  }
}
