import type { AttentionObserver } from '../../attention/backend.ts';
import type { BatchRow } from '../../core/batch.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Plan } from '../../gpu/plan.ts';
import type { Readback } from '../../gpu/readback.ts';
import type { Throttle } from '../../gpu/throttle.ts';
import type { Lease } from '../memory/lease.ts';
import type { RangeFaults } from '../memory/range-faults.ts';
import { exactly, type Cut, type RowRange } from '../memory/residency.ts';
import { cutOf, type MethodIds, type RunSpan } from '../memory/sequence-methods.ts';
import type { Sequences } from '../memory/sequences.ts';
import type { StepState } from '../memory/step-state.ts';
import { writeMethods } from '../memory/write-methods.ts';
import { ringRanges, type OutputRings } from '../plan/output-rings.ts';
import type { MethodBuffers } from '../plan/method-buffers.ts';
import type { Plans } from '../plan/plans.ts';
import type { StepEnd } from '../plan/step-ends.ts';
import { kindsOf, type StepPart } from '../plan/step-kinds.ts';
import { encodeInSubmits, encodeSteps, type EvictionSteps } from './encode-steps.ts';

/** Rows whose tokens the CPU knows. */
export interface GivenRows {
  readonly tokens: readonly number[];
  /** Whose logits are wanted. */
  readonly logits: readonly boolean[];
  /** The token that follows a row, where it is scored. */
  readonly targets?: readonly (number | undefined)[];
  /** The sequence's record in the step state; see `packSequence`. */
  readonly record: Uint32Array<ArrayBuffer>;
}

/** The rows of one sequence in a step. */
export interface SequencePart extends StepPart {
  readonly lease: Lease;
  readonly span: RunSpan;
  /** Undefined: the row is the token that the step before drew, and the GPU has written it. */
  readonly given?: GivenRows | undefined;
  /** Rows that the step may leave to the sequence; undefined: all. */
  readonly committed?: RowRange | undefined;
}

/** What is to be computed next: a step, or several that follow each other without the CPU. */
export interface ScheduledStep<Part extends SequencePart = SequencePart, Given = unknown> {
  readonly parts: readonly Part[];
  /** Replays; every one but the first has the rows that the one before drew. */
  readonly steps: number;
  readonly end: StepEnd<Given>;
  readonly observer?: AttentionObserver | undefined;
}

/** A scheduled step with everything that it takes. */
export interface PreparedStep<Part extends SequencePart = SequencePart, Given = unknown> extends ScheduledStep<
  Part,
  Given
> {
  readonly plan: Plan;
  readonly eviction: EvictionSteps | undefined;
}

/** How the GPU's work is waited for, and what is copied out behind it besides what the step's end tells. */
export interface StepWait {
  readonly readback: Readback;
  readonly throttle: Throttle;
  /** How much work it is, for the throttle. */
  readonly units: number;
  /** Submits that a step of many rows is cut into. */
  readonly submits?: number;
  readonly more?: readonly (readonly [GPUBuffer, number, number])[];
}

export interface StepsParts {
  readonly gpu: Gpu;
  readonly plans: Plans;
  readonly state: StepState;
  readonly sequences: Sequences;
  readonly methodIds: MethodIds;
  readonly rings: OutputRings;
  readonly methodBuffers: MethodBuffers;
  readonly faults: RangeFaults;
}

/** Rows of a part whose logits are wanted: where the GPU has written its rows, all. */
export const logitRowsOf = ({ given, rows }: SequencePart): number =>
  given ? given.logits.filter(Boolean).length : rows;

const committedBy = ({ committed, rows }: SequencePart): RowRange => committed ?? exactly(rows);

/** Rows of a step's parts. */
export const rowsOf = ({ parts }: ScheduledStep): number => parts.reduce((sum, { rows }) => sum + rows, 0);

/**
 * The life of a step once it is decided who has rows in it: pages, then `prepare`, `submit`, and `commit` for each of its
 * sequences when it is read. Whoever computes anything goes through these.
 */
export class Steps {
  readonly #parts: StepsParts;

  constructor(parts: StepsParts) {
    this.#parts = parts;
  }

  /**
   * Gives a lease a place among the sequences, with at most its first `kept` tokens. Nothing may be in flight.
   * @throws MemoryError
   */
  async begin(lease: Lease, kept?: number): Promise<void> {
    const { sequences, plans, methodBuffers, faults } = this.#parts;
    await sequences.require(lease, () => plans.clear());
    sequences.begin(lease, kept);
    methodBuffers.forget(lease.sequence!);
    // What is kept may be what went wrong: then its next step tells.
    if (lease.length === 0) faults.clear(lease.sequence!);
  }

  /**
   * Makes sure that so many more rows fit a lease's pages. Where the cache must grow, nothing may be in flight.
   * @throws MemoryError
   */
  reserve(lease: Lease, rows: number, cut: Cut): Promise<void> {
    const { sequences, plans } = this.#parts;
    return sequences.reserve(lease, rows, cut, () => plans.clear());
  }

  /** Tells the GPU the methods of a step's sequences, and finds or records its plans. Pages must have been reserved. */
  async prepare<Part extends SequencePart, Given>(
    step: ScheduledStep<Part, Given>,
  ): Promise<PreparedStep<Part, Given>> {
    const { plans, state, methodIds } = this.#parts;
    const { parts, steps, end, observer } = step;
    for (const { lease, span, phase } of parts) writeMethods(state, methodIds, lease, span, phase);
    const plan = await plans.for({
      rows: rowsOf(step),
      logitRows: parts.reduce((sum, part) => sum + logitRowsOf(part), 0),
      length: Math.max(...parts.map(({ lease, rows }) => lease.residency.mostAfter(rows * steps))),
      end,
      kinds: { ...kindsOf(parts), ...(observer && { observer }) },
    });
    return { ...step, plan, eviction: await this.#eviction(step) };
  }

  /** The plan that cuts, where some sequence may be due behind some of the steps; which really are, the GPU sees. */
  async #eviction({ parts, steps }: ScheduledStep): Promise<EvictionSteps | undefined> {
    const cutting = parts.filter(({ methods, phase }) => cutOf(methods, phase) !== 'never');
    const due = cutting.map((part) =>
      part.lease.residency.cutsIn(steps, committedBy(part), cutOf(part.methods, part.phase)),
    );
    const after = Array.from({ length: steps }, (_, step) => due.some((cuts) => cuts[step]));
    if (!after.includes(true)) return undefined;
    return { plan: await this.#parts.plans.eviction(cutting.map(({ methods }) => methods)), after };
  }

  /** Writes the rows that the CPU gives into the step state. Queue order makes it safe behind steps in flight. */
  write({ parts }: ScheduledStep): void {
    const given = parts.filter((part) => part.given !== undefined);
    if (given.length === 0) return;
    this.#parts.state.writeBatch(
      { rows: given.flatMap(rowsGiven) },
      given.map(({ lease, given: rows }) => ({ sequence: lease.sequence!, words: rows!.record })),
    );
  }

  /** Submits a prepared step; resolves with the words that its end tells, and `more`, when the GPU has come so far. */
  submit(step: PreparedStep, wait: StepWait): Promise<Uint32Array<ArrayBuffer>> {
    const { gpu, state, rings } = this.#parts;
    const { parts, steps, plan, eviction, end } = step;
    const { readback, throttle, units, submits = 1, more = [] } = wait;
    this.write(step);
    const encoder =
      submits > 1 ? encodeInSubmits(gpu, plan, submits, eviction) : encodeSteps(gpu, plan, steps, eviction);
    for (const part of parts)
      for (let i = 0; i < steps; i++) part.lease.expect(committedBy(part), cutOf(part.methods, part.phase));
    const ranges = [...ringRanges(rings, end.words, state.step, steps), ...more];
    state.step += steps;
    if (ranges.length > 0) return readback.submit(encoder, ranges, (map) => throttle.wait(units, map));
    gpu.submit([encoder.finish()]);
    return throttle.wait(units, () => gpu.finished()).then(() => new Uint32Array(0));
  }

  /** Takes over the rows that the oldest step in flight has added to one of its sequences. */
  commit({ lease, methods, phase }: SequencePart, rows: number): void {
    const cut = lease.commit(rows);
    // What a long prompt has borrowed goes back; what comes next keeps its room.
    if (cut && phase !== 'decode') this.#parts.sequences.trim(lease, cutOf(methods, 'decode'));
  }

  /** Takes over rows whose keys and values were written without a step. */
  assume(lease: Lease, rows: number): void {
    lease.expect(exactly(rows), 'never');
    lease.commit(rows);
  }
}

/** The rows of a part as the step state has them. */
function rowsGiven({ lease, rows, phase, given }: SequencePart): BatchRow[] {
  return Array.from({ length: rows }, (_, ordinal): BatchRow => {
    const target = given!.targets?.[ordinal];
    return {
      sequence: lease.sequence!,
      position: lease.length + ordinal,
      ordinal,
      token: given!.tokens[ordinal]!,
      decode: phase === 'decode',
      logits: given!.logits[ordinal]!,
      ...(target !== undefined && { target }),
    };
  });
}
