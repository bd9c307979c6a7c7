import type { Gpu } from '../../gpu/device.ts';
import { Throttle } from '../../gpu/throttle.ts';
import { PAGE_SLOTS } from '../../kernels/cache-layout.ts';
import { MATVEC_ROWS } from '../../kernels/linear/tuned-matrix.ts';
import type { Proposer } from '../../decoding/proposer.ts';
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
import { learning, verified } from '../plan/verified.ts';
import { DraftController } from './draft-controller.ts';
import { fitting, proposerOf } from './drafting.ts';
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
  /** What chooses between the levels of a proposer, for all conversations. */
  readonly controllers = new Map<Proposer, DraftController>();
  /** Waits for chunks of prompts. */
  readonly #throttle = new Throttle();
  /** The runs whose rows the GPU advances by itself, in row order; empty when the next step must be fed. */
  #continuing: readonly Run[] = [];

  constructor(parts: RunStepsParts) {
    this.#parts = parts;
    this.#pacing = new Pacing(parts.chunkRows);
    this.tables = new TokenTables(parts);
    this.inFlight = new StepsInFlight(parts.gpu, parts.steps, parts.faults, parts.rings);
    this.inFlight.onDrawn = (...drawn) => this.#judge(...drawn);
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
    const end = drawing.length > 0 ? endOf(drawing) : unread;
    return { parts, steps: 1, end: this.#learning(end) };
  }

  /** As many tokens ahead of the continuing runs as the lookahead allows. */
  #scheduleDrawn(): ScheduledRuns | undefined {
    const runs = this.#continuing;
    const { ahead } = this.inFlight;
    const wanted = Math.max(...runs.map((run) => run.maxTokens - run.generated)) - ahead;
    // What a constraint allows depends on every token before it.
    const proposer = this.#drafting(runs);
    const end = proposer ? verified(proposer, areTold(runs)) : this.#learning(endOf(runs));
    const room = isConstrained(runs) ? 1 - ahead : this.inFlight.room(end);
    const steps = Math.min(room, wanted, this.#turns.left);
    return steps > 0 ? { parts: runs.map((run) => drawnPart(run, proposer?.nodes)), steps, end } : undefined;
  }

  /** What drafts for these runs in the next steps: what they ask for, or what of it pays. */
  #drafting(runs: readonly Run[]): Proposer | undefined {
    const { maxRows, maxLogitRows } = this.#parts.state.layout;
    const mostRows = Math.min(maxRows, maxLogitRows);
    const proposer = proposerOf(runs[0]!);
    if (!proposer?.levels) return fitting(proposer, runs, mostRows);
    const controller = this.controllers.get(proposer) ?? new DraftController(proposer.levels);
    this.controllers.set(proposer, controller);
    for (const run of runs) run.why = controller.why;
    return fitting(controller.proposer, runs, mostRows);
  }

  /** Tells what chooses between proposers how steps went whose rows the GPU fed itself. */
  #judge({ parts, end, steps }: RunStep, stepMs: number, tokens: number): void {
    if (parts.some(({ given }) => given !== undefined)) return;
    const proposer = proposerOf(parts[0]!.run);
    const controller = proposer && this.controllers.get(proposer);
    const told = areTold(parts.map(({ run }) => run));
    const used = proposer?.levels?.find((level) => verified(level, told) === end);
    controller?.finished(used, steps, stepMs * steps, tokens / parts.length);
  }

  /** The end of a step of this turn that is not drafted for: its runs have one proposer, which learns all the same. */
  #learning<Given extends Drawn | undefined>(end: StepEnd<Given>): StepEnd<Given> {
    const proposer = proposerOf(this.#turns.runs[0]!);
    return proposer ? learning(proposer, end) : end;
  }

  /** Gives the runs of a step the pages that they lack; false when none did. */
  async #makeRoom({ parts, steps }: ScheduledRuns): Promise<boolean> {
    const { sequences } = this.#parts;
    const slots = this.#parts.state.layout.maxPages * PAGE_SLOTS;
    /** Rows to reserve: those given, or so many of those that may still come, with the drafts behind the last, as far as there is context. */
    const toReserve = ({ run, lease, given, rows }: RunPart, most: number): number => {
      if (given) return rows;
      const { mostTokens } = lease.residency;
      const drafts = rows - 1;
      return Math.max(
        0,
        Math.min(most + drafts, run.promptTokens + run.maxTokens - mostTokens + drafts, slots - mostTokens),
      );
    };
    const cut = ({ given, methods }: RunPart): Cut => (given ? 'never' : cutOf(methods, 'decode'));
    const short = parts.filter((part) => sequences.lacks(part.lease, toReserve(part, steps * part.rows), cut(part)));
    for (const part of short) {
      const { run, lease } = part;
      const ahead = toReserve(part, Math.max(RESERVE_AHEAD, steps * part.rows));
      // oxlint-disable no-await-in-loop -- once in 256 tokens
      try {
        if (sequences.mustGrow(lease, ahead, cut(part))) await this.inFlight.drain();
        await this.#parts.steps.reserve(lease, ahead, cut(part));
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
    if (this.inFlight.room(step.end) === 0 || isConstrained(parts.map(({ run }) => run))) await this.inFlight.read();
  }
}

/** Whether a step takes as long as one of single tokens. */
const isShort = (step: RunStep): boolean => rowsOf(step) <= MATVEC_ROWS || step.parts.every(({ rows }) => rows === 1);
const isConstrained = (runs: readonly Run[]): boolean => runs.some(({ constraint }) => constraint !== undefined);
const areTold = (runs: readonly Run[]): boolean => runs.some(({ logprobs }) => logprobs !== undefined);
const endOf = (runs: readonly Run[]): StepEnd<Drawn> => (areTold(runs) ? sampledWithLogProbs : sampled);
