import { invariant } from '../../core/invariant.ts';
import type { GpuArray } from '../../gpu/array.ts';
import type { Gpu, GpuCounts } from '../../gpu/device.ts';
import type { Plan } from '../../gpu/plan.ts';
import { Rest } from '../../gpu/rest.ts';
import { MATVEC_ROWS } from '../../kernels/linear/tuned-matrix.ts';
import { hasPenalties } from '../../sampling/settings.ts';
import { encodeInSubmits, encodeSteps } from './encode-steps.ts';
import { fedStep } from './fed-step.ts';
import { Pacing } from './pacing.ts';
import { Pipeline } from './pipeline.ts';
import type { MethodBuffers } from '../plan/method-buffers.ts';
import { rowBucket, type Plans, type Tail } from '../plan/plans.ts';
import { decodeCut, dueSteps, pendingOf, portionsOf } from './portions.ts';
import type { Cut } from '../memory/residency.ts';
import { rowsToCut, type MethodIds, type Phase } from '../memory/sequence-methods.ts';
import { kindsOf, type StepPart } from '../plan/step-kinds.ts';
import type { Run } from './run.ts';
import type { Sequences } from '../memory/sequences.ts';
import type { StepState } from '../memory/step-state.ts';
import { TokenTables } from './token-tables.ts';
import { writeMethods } from '../memory/write-methods.ts';

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
  readonly methodIds: MethodIds;
  readonly methodBuffers: MethodBuffers;
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
  #turns = 0;

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
    this.#failAll(error);
    await this.#loop;
  }

  #start(): void {
    this.#loop ??= this.#work();
  }

  get #hasWork(): boolean {
    return this.#jobs.length > 0 || this.#waiting.length > 0 || this.#active.length > 0 || this.pipeline.ahead > 0;
  }

  async #work(): Promise<void> {
    // A run that was queued in this turn joins those queued with it.
    await Promise.resolve();
    try {
      while (this.#hasWork) {
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
    } finally {
      // In the turn that saw that nothing is left: what is queued a turn later must find that the loop has ended.
      this.#loop = undefined;
    }
  }

  #failAll(error: unknown): void {
    for (const run of [...this.#active, ...this.#waiting]) run.fail(error);
    for (const run of this.#active) {
      run.lease.empty();
      this.#parts.sequences.end(run.lease);
    }
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
        this.#parts.sequences.end(run.lease);
        continue;
      }
      // oxlint-disable no-await-in-loop -- one after the other
      await this.pipeline.drain();
      this.#continuing = [];
      const { sequences } = this.#parts;
      try {
        await sequences.require(run.lease.methods, () => this.#parts.plans.clear());
        sequences.begin(run.lease);
        this.#parts.methodBuffers.forget(run.lease.sequence!);
        await this.#reserve(run, this.#firstRows(run), 'never');
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

  /** Rows for which a run gets pages when it begins: of its prompt, and of what follows where nothing is evicted. */
  #firstRows(run: Run): number {
    const { methods, length } = run.lease;
    const pending = pendingOf(run);
    if (!methods.cache) return Math.min(pending + run.maxTokens, pending + RESERVE_AHEAD);
    return Math.min(pending, rowsToCut(methods, length));
  }

  /** Lets ended runs go. The rest is fed again, for the GPU would carry the ended ones' rows on. */
  async #reap(): Promise<void> {
    await this.pipeline.drain();
    this.#continuing = [];
    for (const run of this.#active.filter(({ ended }) => ended)) this.#parts.sequences.end(run.lease);
    this.#active = this.#active.filter(({ ended }) => !ended);
  }

  /** Feeds the next tokens of every run: one of each that generates, and as much of the prompts as a chunk holds. */
  async #feed(): Promise<void> {
    const { state, plans, gpu } = this.#parts;
    const { chunkRows } = this.#pacing;
    const portions = portionsOf(this.#turn(), chunkRows);
    const lacking = portions.filter(({ run, count }) => this.#parts.sequences.lacks(run.lease, count, 'never'));
    if (lacking.length > 0) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      for (const { run, count } of lacking) await this.#makeRoom(run, count, 'never');
      // Whatever changed meanwhile is looked at anew.
      return;
    }
    const { rows, fed, finishing, sequences } = fedStep(portions);
    const length = Math.max(...fed.map(({ run, rows: count }) => run.lease.residency.mostAfter(count)));
    for (const { run, phase } of fed) this.#writeMethods(run, phase);
    // At once, before anything else is awaited: an ended run's conversation may lower it for its next run meanwhile.
    const cutting = fed.filter(({ run, rows: count, cut }) => run.lease.residency.append(count, cut));
    const sampled = finishing.length > 0;
    const logprobs = wantLogprobs(finishing);
    const kinds = kindsOf(fed);
    const plan = await plans.for({
      rows: rows.length,
      logitRows: finishing.length,
      length,
      tail: sampled ? sampledTail(logprobs) : 'none',
      kinds,
    });
    const eviction = cutting.length > 0 ? await plans.eviction(cutting.map(({ methods }) => methods)) : undefined;
    state.writeBatch({ rows }, sequences);
    this.#tables.writeMasks(finishing);
    this.statistics[rows.length > finishing.length ? 'prefill' : 'decode']++;
    const started = performance.now();
    const encoder = encodeInSubmits(gpu, plan, this.#pacing.submits(rows.length), eviction);
    const step = state.step++;
    const units = rowBucket(rows.length);
    for (const { run, phase, cut } of cutting) if (phase !== 'decode') this.#parts.sequences.trim(run.lease, cut);
    if (!sampled) {
      gpu.submit([encoder.finish()]);
      await this.#rest.wait(units, () => gpu.finished());
      this.#pacing.finished(rows.length, performance.now() - started);
      return;
    }
    // A few rows cost what a decode step costs, many what their bucket costs. A prompt's cut takes its own time, and so
    // does what is observed of a few rows: that says nothing about the steps that follow.
    const few = rows.length <= MATVEC_ROWS;
    this.pipeline.push(encoder, step, 1, finishing, {
      logprobs,
      ...(cutting.some(({ phase }) => phase !== 'decode') || (few && kinds.observe === 'columns')
        ? { rest: new Rest(), units }
        : !few && { rest: this.#rest, units }),
    });
    await this.pipeline.read();
    if (!few) this.#pacing.finished(rows.length, performance.now() - started);
    if (cutting.length > 0) await this.#parts.sequences.shrink(() => plans.clear());
    if (finishing.length === this.#active.length && finishing.every((run) => !run.ended)) {
      this.#continuing = finishing;
      for (const run of finishing) this.#writeMethods(run, 'decode');
    }
  }

  /** Replays the decode plan as far ahead as the lookahead allows, and reads the oldest steps. */
  async #continue(): Promise<void> {
    const { gpu, plans, state, sequences } = this.#parts;
    const runs = this.#continuing;
    const { pipeline } = this;
    const { ahead } = pipeline;
    const left = Math.max(...runs.map((run) => run.maxTokens - run.generated)) - ahead;
    // What a constraint allows depends on every token before it.
    const masked = runs.some(({ constraint }) => constraint);
    const count = masked ? Math.min(1, left, ahead > 0 ? 0 : 1) : Math.min(pipeline.room, left);
    if (count > 0) {
      const rowsOf = (run: Run, most: number): number =>
        Math.min(most, run.promptTokens + run.maxTokens - run.lease.length);
      const short = runs.filter((run) => sequences.lacks(run.lease, rowsOf(run, ahead + count), decodeCut(run.lease)));
      // oxlint-disable-next-line no-await-in-loop -- once in 256 tokens
      for (const run of short) await this.#makeRoom(run, rowsOf(run, RESERVE_AHEAD), decodeCut(run.lease));
      // A drain has read steps that may have ended runs.
      if (short.length > 0) return;
      const logprobs = wantLogprobs(runs);
      const parts = runs.map(({ lease: { methods } }): StepPart => ({ methods, phase: 'decode', rows: 1 }));
      const plan = await plans.for({
        rows: runs.length,
        logitRows: runs.length,
        length: Math.max(...runs.map(({ lease }) => lease.residency.mostAfter(ahead + count))),
        tail: sampledTail(logprobs),
        kinds: kindsOf(parts),
      });
      const cutting = runs.filter(({ lease }) => decodeCut(lease) === 'due');
      const due = dueSteps(cutting, ahead, count);
      const eviction = due.includes(true)
        ? await plans.eviction(cutting.map(({ lease: { methods } }) => methods))
        : undefined;
      if (masked && !this.#tables.writeMasks(runs)) return;
      const before = { ...gpu.counts };
      const encoder = encodeSteps(gpu, plan, count, eviction && { plan: eviction, after: due });
      pipeline.push(encoder, state.step, count, runs, { logprobs });
      state.step += count;
      this.#note(before, count, plan, eviction ? due.filter(Boolean).length * eviction.entries.length : 0);
      this.statistics.decode += count;
      if (!masked && pipeline.room > 0) return;
    }
    await pipeline.read();
  }

  /** Gives a run pages for so many more rows; growing the cache waits for the GPU. A run for which there is no room fails. */
  async #makeRoom(run: Run, rows: number, cut: Cut): Promise<void> {
    const { sequences, gpu } = this.#parts;
    try {
      if (sequences.mustGrow(run.lease, rows, cut)) await this.pipeline.drain();
      await this.#reserve(run, rows, cut);
    } catch (error) {
      run.fail(gpu.lostError ?? error);
    }
  }

  async #reserve(run: Run, rows: number, cut: Cut): Promise<void> {
    await this.#parts.sequences.reserve(run.lease, rows, cut, () => {
      invariant(this.pipeline.ahead === 0, () => 'the cache grew under steps in flight');
      return this.#parts.plans.clear();
    });
  }

  /** The runs of the next step that is fed: those that store keys and values alike, by turns. */
  #turn(): readonly Run[] {
    const kinds = [...new Set(this.#active.map(({ lease }) => lease.methods.kv))];
    const kv = kinds[this.#turns++ % kinds.length];
    return this.#active.filter(({ lease }) => lease.methods.kv === kv);
  }

  #writeMethods(run: Run, phase: Phase): void {
    const { lease, promptTokens, maxTokens } = run;
    const { state, methodIds } = this.#parts;
    writeMethods(state, methodIds, lease, { promptEnd: promptTokens, maxTokens }, phase);
  }

  #note(before: GpuCounts, steps: number, plan: Plan, evictionDispatches: number): void {
    const now = this.#parts.gpu.counts;
    const { perToken } = this.statistics;
    for (const key of ['dispatches', 'bindGroupsCreated', 'buffersCreated', 'bytesWritten', 'submits'] as const)
      perToken[key] = (now[key] - before[key] - (key === 'dispatches' ? evictionDispatches : 0)) / steps;
    perToken.plan = plan;
  }
}

const wantLogprobs = (runs: readonly Run[]): boolean => runs.some(({ logprobs }) => logprobs !== undefined);
const sampledTail = (logprobs: boolean): Tail => (logprobs ? 'sample-logprobs' : 'sample');
