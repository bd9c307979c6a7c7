import { invariant } from '../../core/invariant.ts';
import type { Gpu } from '../../gpu/device.ts';
import { Readback } from '../../gpu/readback.ts';
import { Throttle } from '../../gpu/throttle.ts';
import { ringStepBytes, splitSteps, type OutputRings } from '../plan/output-rings.ts';
import type { RangeFaults } from '../memory/range-faults.ts';
import type { Drawn, StepEnd } from '../plan/step-ends.ts';
import { Lookahead } from './lookahead.ts';
import type { RunPart } from './scheduled-rows.ts';
import { logitRowsOf, type PreparedStep, type Steps, type StepWait } from './steps.ts';

/** A step of runs: their tokens are drawn, or nothing is read of it. */
export type RunStep = PreparedStep<RunPart, Drawn | undefined>;

/** Steps that were submitted and not yet read. */
interface Submission {
  readonly step: RunStep;
  readonly words: Promise<Uint32Array<ArrayBuffer>>;
}

/** How steps of one kind are waited for, and how many of them may be under way. */
interface Pace {
  readonly throttle: Throttle;
  readonly lookahead: Lookahead;
}

/** Steps in flight: their outputs are copied out of the rings behind them, and read in order while later ones run. */
export class StepsInFlight {
  readonly readback: Readback;
  /** Told of steps that drew tokens, once they are read: how long each took, and how many tokens they gave in all. */
  onDrawn: ((step: RunStep, stepMs: number, tokens: number) => void) | undefined;
  /** By the rows of each sequence: trees take their own time. */
  readonly #paces = new Map<number, Pace>();
  /** Steps of rows that nobody wanted any more when they were read. */
  rolledBack = 0;
  maxAhead = 0;
  readonly #steps: Steps;
  readonly #faults: RangeFaults;
  readonly #rings: OutputRings;
  readonly #submissions: Submission[] = [];

  constructor(gpu: Gpu, steps: Steps, faults: RangeFaults, rings: OutputRings) {
    this.#steps = steps;
    this.#faults = faults;
    this.#rings = rings;
    this.readback = new Readback(gpu, rings.steps * ringStepBytes(rings), 4);
  }

  /** Steps that were submitted and not yet read. */
  get ahead(): number {
    return this.#submissions.reduce((sum, { step }) => sum + step.steps, 0);
  }

  /** How many steps with such an end may be submitted now; 0 = read first. */
  room({ nodes }: Pick<StepEnd, 'nodes'>): number {
    const { ahead } = this;
    // Steps of another kind are read first, so that the time of each kind is known.
    if (this.#submissions.some(({ step }) => step.end.nodes !== nodes)) return 0;
    const { lookahead } = this.#paceOf(nodes);
    const count = Math.min(lookahead.batch, this.#rings.steps - ahead);
    return this.readback.free > 0 && ahead + count <= lookahead.inFlight ? count : 0;
  }

  /** Submits a prepared step. @param wait how to wait for it, where it is no decode step */
  push(step: RunStep, wait: Partial<Omit<StepWait, 'readback'>> = {}): void {
    const { lookahead, throttle } = this.#paceOf(step.end.nodes);
    if (this.#submissions.length === 0) lookahead.start();
    const words = this.#steps.submit(step, {
      throttle,
      units: this.ahead + step.steps,
      ...wait,
      readback: this.readback,
    });
    words.catch(() => {});
    this.#submissions.push({ step, words });
    this.maxAhead = Math.max(this.maxAhead, this.ahead);
  }

  /** Reads the oldest submission: commits its rows and hands its tokens out. Rejects when the device is lost or disposed. */
  async read(): Promise<void> {
    const oldest = this.#submissions[0];
    if (!oldest) return;
    const words = await oldest.words;
    const { parts, steps, end } = oldest.step;
    this.#submissions.shift();
    const stepMs = end.draws ? this.#paceOf(end.nodes).lookahead.finished(steps) : 0;
    let tokens = 0;
    for (const given of splitSteps(words, this.#rings, end.words, steps)) {
      let row = 0;
      for (const part of parts) {
        const logitRows = logitRowsOf(part);
        const drawn = logitRows > 0 ? end.read(given, row) : undefined;
        // Once in the life of a run: what is in flight behind it is not held up.
        // oxlint-disable-next-line no-await-in-loop -- the next part is taken after it
        if (drawn?.faulty === true && !part.run.ended) part.run.fail(await this.#faults.errorOf(part.lease));
        tokens += this.#take(part, drawn);
        row += logitRows;
      }
    }
    if (end.draws) this.onDrawn?.(oldest.step, stepMs, tokens);
  }

  /** Commits the rows of a part, and hands the tokens that it was given out. Returns how many. */
  #take(part: RunPart, drawn: Drawn | undefined): number {
    const { run } = part;
    const { tokens = [], logprobs, drafts } = drawn ?? {};
    // Tokens that the CPU gave are the run's own, even if it ended; drawn ones only if it still wants them.
    const owned = part.given !== undefined || (tokens.length > 0 && !run.ended);
    this.#steps.commit(part, !owned ? 0 : part.committed ? tokens.length : part.rows);
    if (!drawn) return 0;
    invariant(tokens.length > 0 || run.ended, () => 'the GPU ended a sequence that goes on');
    if (run.ended) {
      if (tokens.length > 0) {
        this.rolledBack++;
        run.lease.overrun = true;
      }
      return 0;
    }
    if (part.phase === 'decode') run.stepped(tokens.length, drafts);
    const told = run.logprobs === undefined ? undefined : logprobs?.(run.logprobs);
    for (const [i, id] of tokens.entries()) {
      // What came behind the token that ended the run, the GPU has noted down all the same.
      if (run.ended) run.lease.overrun = true;
      else run.accept(id, { logprobs: told?.[i], source: drafts?.sources[i] });
    }
    return tokens.length;
  }

  #paceOf(nodes = 1): Pace {
    const known = this.#paces.get(nodes) ?? { throttle: new Throttle(), lookahead: new Lookahead() };
    this.#paces.set(nodes, known);
    return known;
  }

  /** Reads everything that is in flight. */
  async drain(): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- in order
    while (this.#submissions.length > 0) await this.read();
  }

  /** Forgets what is in flight, once the device has let go of it. */
  async drop(): Promise<void> {
    await Promise.allSettled(this.#submissions.map(({ words }) => words));
    this.#submissions.length = 0;
  }
}
