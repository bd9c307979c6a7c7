import type { BatchRow } from '../core/batch.ts';
import { invariant } from '../core/invariant.ts';
import type { GpuArray } from '../gpu/array.ts';
import type { Gpu, GpuCounts } from '../gpu/device.ts';
import type { Plan } from '../gpu/plan.ts';
import { Rest } from '../gpu/rest.ts';
import type { Readback } from '../gpu/readback.ts';
import { MATVEC_ROWS } from '../models/llama.ts';
import { hasPenalties, packSequence } from '../sampling/settings.ts';
import { encodeInSubmits, encodeSteps } from './encode-steps.ts';
import { Pacing } from './pacing.ts';
import { Pipeline } from './pipeline.ts';
import { rowBucket, type Plans, type Tail } from './plans.ts';
import type { Run } from './run.ts';
import type { Sequences } from './sequences.ts';
import type { StepState } from './step-state.ts';
import { TokenTables } from './token-tables.ts';

/** Tokens for which pages are reserved ahead, so that the steps between write nothing. */
const RESERVE_AHEAD = 256;

export interface SchedulerParts {
  readonly gpu: Gpu;
  readonly plans: Plans;
  readonly state: StepState;
  readonly sequences: Sequences;
  readonly outputs: GpuArray;
  readonly logProbs: GpuArray;
  readonly ring: number;
  readonly counts: GpuArray;
  readonly vocab: number;
  /** Rows of a prompt in one step. */
  readonly chunkRows: number;
}

export interface StepStatistics {
  prefill: number;
  decode: number;
  /** What one steady decode step cost. */
  perToken: GpuCounts & { plan: Plan | undefined };
}

/**
 * Decides what each step computes. Prompts are fed in chunks together with one row of every run that is already
 * generating; when all runs generate, one recorded plan is replayed and the GPU feeds itself.
 */
export class Scheduler {
  readonly statistics: StepStatistics = {
    prefill: 0,
    decode: 0,
    perToken: { dispatches: 0, bindGroupsCreated: 0, buffersCreated: 0, bytesWritten: 0, submits: 0, plan: undefined },
  };
  readonly #parts: SchedulerParts;
  readonly pipeline: Pipeline;
  readonly #waiting: Run[] = [];
  readonly #jobs: { readonly start: () => Promise<void>; readonly fail: (error: unknown) => void }[] = [];
  readonly #pacing: Pacing;
  readonly #tables: TokenTables;
  /** Waits for chunks of prompts. */
  readonly #rest = new Rest();
  #active: Run[] = [];
  /** The runs whose rows the GPU advances by itself, in row order; empty when the next step must be fed. */
  #continuing: readonly Run[] = [];
  #loop: Promise<void> | undefined;
  #closed: unknown;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#pacing = new Pacing(parts.chunkRows);
    this.#tables = new TokenTables(parts);
    const { gpu, outputs, logProbs, ring, state } = parts;
    this.pipeline = new Pipeline({ gpu, outputs, logProbs, ring, maxLogitRows: state.layout.maxLogitRows });
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
  exclusive<T>(job: (readback: Readback) => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ start: () => job(this.pipeline.readback).then(resolve, reject), fail: reject });
      this.#start();
    });
  }

  /** Ends every run with `error`, and waits until the loop has stopped. Later submissions fail with it too. */
  async close(error: unknown): Promise<void> {
    this.#closed = error;
    this.#failAll(error);
    await this.#loop;
  }

  #start(): void {
    this.#loop ??= this.#work().finally(() => {
      this.#loop = undefined;
    });
  }

  async #work(): Promise<void> {
    // A run that was queued in this turn joins those queued with it.
    await Promise.resolve();
    try {
      while (this.#jobs.length > 0 || this.#waiting.length > 0 || this.#active.length > 0 || this.pipeline.ahead > 0) {
        if (this.#closed !== undefined) throw this.#closed;
        // oxlint-disable no-await-in-loop -- a step follows the other
        if (this.#jobs.length > 0) {
          await this.pipeline.drain();
          this.#continuing = [];
          await this.#jobs.shift()!.start();
          continue;
        }
        if (this.#active.some((run) => run.ended)) await this.#reap();
        await this.#admit();
        if (this.#active.length === 0) {
          await this.pipeline.drain();
          continue;
        }
        if (this.#continuing.length > 0) await this.#continue();
        else await this.#feed();
        // oxlint-enable no-await-in-loop
      }
    } catch (error) {
      const reason = this.#closed ?? this.#parts.gpu.disposedError ?? this.#parts.gpu.lostError ?? error;
      await this.pipeline.drop();
      this.#failAll(reason);
    }
  }

  #failAll(error: unknown): void {
    for (const run of [...this.#active, ...this.#waiting]) run.fail(error);
    for (const run of this.#active) this.#parts.sequences.end(run.lease, 0);
    this.#active = [];
    this.#continuing = [];
    this.#waiting.length = 0;
    for (const job of this.#jobs.splice(0)) job.fail(error);
  }

  /** Takes waiting runs in while there is a logit row for each. */
  async #admit(): Promise<void> {
    while (this.#waiting.length > 0 && this.#active.length < MATVEC_ROWS) {
      const run = this.#waiting.shift()!;
      if (run.ended) {
        this.#parts.sequences.end(run.lease, run.lease.length);
        continue;
      }
      // oxlint-disable no-await-in-loop -- one after the other
      await this.pipeline.drain();
      this.#continuing = [];
      const { sequences } = this.#parts;
      try {
        sequences.begin(run.lease);
        await this.#reserve(run, Math.min(run.promptTokens + run.maxTokens, run.promptTokens + RESERVE_AHEAD));
      } catch (error) {
        sequences.release(run.lease);
        run.fail(error);
        continue;
      }
      // oxlint-enable no-await-in-loop
      if (hasPenalties(run.sampling)) this.#tables.writeCounts(run);
      run.began(run.lease.length);
      this.#active.push(run);
    }
  }

  /** Lets ended runs go. The rest is fed again, for the GPU would carry the ended ones' rows on. */
  async #reap(): Promise<void> {
    await this.pipeline.drain();
    this.#continuing = [];
    for (const run of this.#active.filter(({ ended }) => ended))
      this.#parts.sequences.end(run.lease, Math.min(run.lease.length, run.ids.length));
    this.#active = this.#active.filter(({ ended }) => !ended);
  }

  /** Feeds the next tokens of every run: one of each that generates, and as much of the prompts as a chunk holds. */
  async #feed(): Promise<void> {
    const { state, plans, gpu } = this.#parts;
    const { chunkRows } = this.#pacing;
    const rows: BatchRow[] = [];
    const finishing: Run[] = [];
    const fed: { run: Run; count: number }[] = [];
    // Short ones first, so that a long prompt does not hold up those that already generate.
    const ordered = [...this.#active].toSorted((a, b) => pendingOf(a) - pendingOf(b));
    for (const run of ordered) {
      const count = Math.min(pendingOf(run), chunkRows - rows.length);
      if (count === 0) continue;
      const first = run.lease.length;
      for (let i = 0; i < count; i++)
        rows.push({
          sequence: run.lease.sequence!,
          position: first + i,
          ordinal: i,
          token: run.ids[first + i]!,
          logits: first + i === run.ids.length - 1,
        });
      fed.push({ run, count });
      if (first + count === run.ids.length) finishing.push(run);
    }
    // At once, before anything is awaited: an ended run's conversation may lower it for its next run meanwhile.
    for (const { run, count } of fed) run.lease.length += count;
    const length = Math.max(...fed.map(({ run }) => run.lease.length));
    const sampled = finishing.length > 0;
    const logprobs = wantLogprobs(finishing);
    const plan = await plans.for({
      rows: rows.length,
      logitRows: finishing.length,
      length,
      tail: sampled ? sampledTail(logprobs) : 'none',
    });
    state.writeBatch(
      { rows },
      fed.map(({ run, count }) => ({
        sequence: run.lease.sequence!,
        words: packSequence(run.sampling, {
          remaining: run.maxTokens - run.generated,
          stopIds: run.stopIds,
          ignoreEos: run.ignoreEos,
          rows: count,
          masked: run.mask !== undefined,
        }),
      })),
    );
    this.#tables.writeMasks(finishing);
    this.statistics[rows.length > finishing.length ? 'prefill' : 'decode']++;
    const started = performance.now();
    const encoder = encodeInSubmits(gpu, plan, this.#pacing.submits(rows.length));
    const step = state.step++;
    const units = rowBucket(rows.length);
    if (!sampled) {
      gpu.submit([encoder.finish()]);
      await this.#rest.wait(units, () => gpu.finished());
      this.#pacing.finished(rows.length, performance.now() - started);
      return;
    }
    // A few rows cost what a decode step costs, many what their bucket costs.
    this.pipeline.push(encoder, step, 1, finishing, {
      logprobs,
      ...(rows.length > MATVEC_ROWS && { rest: this.#rest, units }),
    });
    await this.pipeline.read();
    if (rows.length > MATVEC_ROWS) this.#pacing.finished(rows.length, performance.now() - started);
    if (finishing.length === this.#active.length) this.#continuing = finishing;
  }

  /** Replays the decode plan as far ahead as the lookahead allows, and reads the oldest steps. */
  async #continue(): Promise<void> {
    const { gpu, plans, state, sequences } = this.#parts;
    const runs = this.#continuing;
    const { pipeline } = this;
    const { ahead } = pipeline;
    const left = Math.max(...runs.map((run) => run.maxTokens - run.generated)) - ahead;
    // A mask depends on every token before it.
    const masked = runs.some(({ mask }) => mask);
    const count = masked ? Math.min(1, left, ahead > 0 ? 0 : 1) : Math.min(pipeline.room, left);
    if (count > 0) {
      const needed = (run: Run): number => Math.min(run.lease.length + ahead + count, run.promptTokens + run.maxTokens);
      const short = runs.filter((run) => sequences.missingPages(run.lease, needed(run)) > 0);
      for (const run of short) {
        const slots = Math.min(run.promptTokens + run.maxTokens, run.lease.length + RESERVE_AHEAD);
        // oxlint-disable no-await-in-loop -- once in 256 tokens; growing the cache needs an idle GPU
        if (sequences.mustGrow(run.lease, slots)) await pipeline.drain();
        try {
          await this.#reserve(run, slots);
        } catch (error) {
          run.fail(this.#parts.gpu.lostError ?? error);
        }
        // oxlint-enable no-await-in-loop
      }
      // A drain above has read steps that may have ended runs.
      if (short.length > 0) return;
      const length = Math.max(...runs.map((run) => run.lease.length)) + ahead + count;
      const logprobs = wantLogprobs(runs);
      const tail = sampledTail(logprobs);
      const plan = await plans.for({ rows: runs.length, logitRows: runs.length, length, tail });
      if (masked && !this.#tables.writeMasks(runs)) return;
      const before = { ...gpu.counts };
      const encoder = encodeSteps(gpu, plan, count);
      pipeline.push(encoder, state.step, count, runs, { logprobs });
      state.step += count;
      this.#note(before, count, plan);
      this.statistics.decode += count;
      if (!masked && pipeline.room > 0) return;
    }
    await pipeline.read();
  }

  async #reserve(run: Run, slots: number): Promise<void> {
    await this.#parts.sequences.reserve(run.lease, slots, () => {
      invariant(this.pipeline.ahead === 0, () => 'the cache grew under steps in flight');
      return this.#parts.plans.clear();
    });
  }

  #note(before: GpuCounts, steps: number, plan: Plan): void {
    const now = this.#parts.gpu.counts;
    const { perToken } = this.statistics;
    for (const key of ['dispatches', 'bindGroupsCreated', 'buffersCreated', 'bytesWritten', 'submits'] as const)
      perToken[key] = (now[key] - before[key]) / steps;
    perToken.plan = plan;
  }
}

/** Tokens whose keys and values are not cached yet. */
const pendingOf = (run: Run): number => run.ids.length - run.lease.length;

const wantLogprobs = (runs: readonly Run[]): boolean => runs.some(({ logprobs }) => logprobs !== undefined);
const sampledTail = (logprobs: boolean): Tail => (logprobs ? 'sample-logprobs' : 'sample');
