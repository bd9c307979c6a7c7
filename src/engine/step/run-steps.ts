import type { Gpu } from '../../gpu/device.ts';
import { Throttle } from '../../gpu/throttle.ts';
import { MATVEC_ROWS } from '../../kernels/linear/tuned-matrix.ts';
import type { Activations } from '../../models/step.ts';
import type { RangeFaults } from '../memory/range-faults.ts';
import type { Cut } from '../memory/residency.ts';
import { cutOf } from '../memory/sequence-methods.ts';
import type { Sequences } from '../memory/sequences.ts';
import type { StepState } from '../memory/step-state.ts';
import type { OutputRings } from '../plan/output-rings.ts';
import { rowBucket, type Plans } from '../plan/plans.ts';
import { sampled, sampledWithLogProbs, unread, type Drawn, type StepEnd } from '../plan/step-ends.ts';
import { kindsOf } from '../plan/step-kinds.ts';
import { Pacing } from './pacing.ts';
import type { Run } from './run.ts';
import { drawnPart, finishes, scheduleRows, type RunPart } from './scheduled-rows.ts';
import { StepStatistics } from './step-statistics.ts';
import { StepsInFlight, type RunStep } from './steps-in-flight.ts';
import { rowsOf, type ScheduledStep, type Steps } from './steps.ts';
import { TokenTables } from './token-tables.ts';
import { Turns } from './turns.ts';

/** Tokens for which pages are reserved ahead, so that the steps between write nothing. */
export const RESERVE_AHEAD = 256;

export interface RunStepsParts {
  readonly gpu: Gpu;
  readonly plans: Plans;
  readonly state: StepState;
  readonly sequences: Sequences;
  readonly rings: OutputRings;
  readonly activations: Activations;
  readonly vocab: number;
  /** Rows of a prompt in one step. */
  readonly chunkRows: number;
  readonly steps: Steps;
  readonly faults: RangeFaults;
}

type ScheduledRuns = ScheduledStep<RunPart, Drawn | undefined>;

/**
 * The steps of runs. Prompts are fed in chunks together with one row of every run that already generates; when all runs
 * of a turn generate, one recorded plan is replayed and the GPU feeds itself.
 */
export class RunSteps {
  readonly statistics = new StepStatistics();
  readonly inFlight: StepsInFlight;
  readonly tables: TokenTables;
  readonly #parts: RunStepsParts;
  readonly #pacing: Pacing;
  readonly #turns = new Turns();
  /** Waits for chunks of prompts. */
  readonly #throttle = new Throttle();
  /** The runs whose rows the GPU advances by itself, in row order; empty when the next step must be fed. */
  #continuing: readonly Run[] = [];

  constructor(parts: RunStepsParts) {
    this.#parts = parts;
    this.#pacing = new Pacing(parts.chunkRows);
    this.tables = new TokenTables(parts);
    this.inFlight = new StepsInFlight(parts.gpu, parts.steps, parts.faults, parts.rings);
  }

  /** Reads all that is in flight; the next step is fed, for its rows may be others. */
  async settle(): Promise<void> {
    await this.inFlight.drain();
    this.#continuing = [];
  }

  /** Forgets all that is in flight, once the device has let go of it. */
  async drop(): Promise<void> {
    await this.inFlight.drop();
    this.#continuing = [];
  }

  /** One step, or several ahead: schedule, prepare, submit, commit. */
  async step(active: readonly Run[]): Promise<void> {
    const ahead = this.#continuing.length > 0;
    const scheduled = ahead ? this.#scheduleDrawn() : this.#scheduleGiven(active);
    if (!scheduled) {
      // The turn is over, or there is no room for more in flight.
      if (this.inFlight.ahead === 0) this.#continuing = [];
      await this.inFlight.read();
      return;
    }
    // Whatever changed while room was made is looked at anew.
    if (await this.#makeRoom(scheduled)) return;
    const step = await this.#parts.steps.prepare(scheduled);
    if (!this.tables.writeMasks(step.parts.filter(finishes).map(({ run }) => run))) return;
    await (ahead ? this.#replay(step) : this.#feed(step));
  }

  /** The next tokens of the runs whose turn it is: one of each that generates, and as much of the prompts as a chunk holds. */
  #scheduleGiven(active: readonly Run[]): ScheduledRuns {
    const parts = scheduleRows(this.#turns.next(active), this.#pacing.chunkRows);
    const drawing = parts.filter(finishes).map(({ run }) => run);
    return { parts, steps: 1, end: drawing.length > 0 ? endOf(drawing) : unread };
  }

  /** As many tokens ahead of the continuing runs as the lookahead allows. */
  #scheduleDrawn(): ScheduledRuns | undefined {
    const runs = this.#continuing;
    const { ahead, room } = this.inFlight;
    const wanted = Math.max(...runs.map((run) => run.maxTokens - run.generated)) - ahead;
    // What a constraint allows depends on every token before it.
    const steps = Math.min(isConstrained(runs) ? 1 - ahead : room, wanted, this.#turns.left);
    return steps > 0 ? { parts: runs.map(drawnPart), steps, end: endOf(runs) } : undefined;
  }

  /** Gives the runs of a step the pages that they lack; false when none did. */
  async #makeRoom({ parts, steps }: ScheduledRuns): Promise<boolean> {
    const { sequences } = this.#parts;
    /** Rows to reserve: those given, or so many of those that may still come. */
    const toReserve = ({ run, lease, given, rows }: RunPart, most: number): number =>
      given ? rows : Math.max(0, Math.min(most, run.promptTokens + run.maxTokens - lease.residency.mostTokens));
    const cut = ({ given, methods }: RunPart): Cut => (given ? 'never' : cutOf(methods, 'decode'));
    const short = parts.filter((part) => sequences.lacks(part.lease, toReserve(part, steps), cut(part)));
    for (const part of short) {
      const { run, lease } = part;
      // oxlint-disable no-await-in-loop -- once in 256 tokens
      try {
        if (sequences.mustGrow(lease, toReserve(part, RESERVE_AHEAD), cut(part))) await this.inFlight.drain();
        await this.#parts.steps.reserve(lease, toReserve(part, RESERVE_AHEAD), cut(part));
      } catch (error) {
        run.fail(this.#parts.gpu.lostError ?? error);
      }
      // oxlint-enable no-await-in-loop
    }
    return short.length > 0;
  }

  /** Submits a step whose rows the CPU gives, and reads it: what comes next depends on it. */
  async #feed(step: RunStep): Promise<void> {
    const { plans, sequences } = this.#parts;
    const rows = rowsOf(step);
    const drawing = step.parts.filter(finishes).map(({ run }) => run);
    this.statistics.fed(rows, drawing.length);
    const started = performance.now();
    this.inFlight.push(step, { submits: this.#pacing.submits(rows), ...this.#waitFor(step, rows) });
    await this.inFlight.read();
    if (!isShort(step) || !step.end.draws) this.#pacing.finished(rows, performance.now() - started);
    if (!step.end.draws) return;
    if (step.eviction) await sequences.shrink(() => plans.clear());
    if (drawing.length === this.#turns.runs.length && drawing.every((run) => !run.ended)) this.#continuing = drawing;
  }

  /**
   * A short step costs what a decode step costs, others what their bucket costs. A prompt's cut takes its own time, and so
   * does what is observed of a few rows: that says nothing about the steps that follow.
   */
  #waitFor(step: RunStep, rows: number): { throttle?: Throttle; units?: number } {
    const { end, parts, eviction } = step;
    const units = rowBucket(rows);
    if (!end.draws) return { throttle: this.#throttle, units };
    if (eviction && parts.some(({ phase }) => phase === 'prompt-cut')) return { throttle: new Throttle(), units };
    if (isShort(step)) return kindsOf(parts).observe === 'columns' ? { throttle: new Throttle(), units } : {};
    return { throttle: this.#throttle, units };
  }

  /** Replays a plan ahead, and reads the oldest steps where no more fits. */
  async #replay(step: RunStep): Promise<void> {
    const { plan, eviction, steps, parts } = step;
    const evicted = eviction ? eviction.after.filter(Boolean).length * eviction.plan.entries.length : 0;
    this.statistics.measure(this.#parts.gpu, steps, plan, evicted, () => this.inFlight.push(step));
    this.#turns.left -= steps;
    if (this.inFlight.room === 0 || isConstrained(parts.map(({ run }) => run))) await this.inFlight.read();
  }
}

/** Whether a step takes as long as one of single tokens. */
const isShort = (step: RunStep): boolean => rowsOf(step) <= MATVEC_ROWS || step.parts.every(({ rows }) => rows === 1);
const isConstrained = (runs: readonly Run[]): boolean => runs.some(({ constraint }) => constraint !== undefined);
const endOf = (runs: readonly Run[]): StepEnd<Drawn> =>
  runs.some(({ logprobs }) => logprobs !== undefined) ? sampledWithLogProbs : sampled;
