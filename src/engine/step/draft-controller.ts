import type { Proposer } from '../../decoding/proposer.ts';

/** Steps after which a number of nodes is judged. */
const WINDOW = 8;
/** Steps after which drafts of which nearly none came true are off. */
const FEWEST = 4;
const HOPELESS = 1.05;
/** How much faster than plain decoding drafts must be. */
const LEAST_GAIN = 1.02;
/** Tokens without drafts before they are tried again: twice as many each time that they did not pay. */
const FIRST_PAUSE = 16;
const MOST_PAUSE = 512;
/** Tokens for which a number of nodes that was slower than a smaller one is not tried again. */
const REJECTED_FOR = 256;

/** What is known of decoding with one proposer, or with none. */
interface Level {
  readonly proposer: Proposer | undefined;
  /** Tokens a millisecond, and the milliseconds of a step; undefined until it was measured. */
  speed: number | undefined;
  stepMs: number | undefined;
  /** Until how many tokens it is not tried, because a smaller one was faster. */
  rejectedUntil: number;
}

/**
 * Chooses between plain decoding and proposers of rising numbers of nodes by what they give in how much time: drafts that do not
 * pay are off within a few steps, and are tried again later and more seldom; those that pay are tried larger.
 */
export class DraftController {
  readonly #levels: readonly Level[];
  #at = 0;
  /** Of the window: steps, milliseconds and tokens. */
  #steps = 0;
  #ms = 0;
  #given = 0;
  /** The first steps at a level are not measured: others were under way, or kernels compiled. */
  #settling = true;
  #tokens = 0;
  #pause = FIRST_PAUSE;
  #offSince = 0;

  constructor(proposers: readonly Proposer[]) {
    this.#levels = [undefined, ...proposers].map((proposer) => ({
      proposer,
      speed: undefined,
      stepMs: undefined,
      rejectedUntil: 0,
    }));
  }

  /** What drafts for the next steps; undefined = nothing. */
  get proposer(): Proposer | undefined {
    return this.#levels[this.#at]!.proposer;
  }

  /** Why nothing drafts now, in words; undefined where something does. */
  get why(): string | undefined {
    const [plain, smallest] = this.#levels;
    if (this.#at > 0) return undefined;
    if (plain?.stepMs === undefined || smallest?.stepMs === undefined || smallest.speed === undefined)
      return 'how long steps take has not been measured yet';
    const times = (smallest.stepMs / plain.stepMs).toFixed(2);
    const tokens = (smallest.speed * smallest.stepMs).toFixed(2);
    return `${smallest.proposer!.nodes} rows took ${times} times as long as one and gave ${tokens} tokens: it is tried again from time to time`;
  }

  /** Milliseconds of a step by its rows, as far as they were measured. */
  get stepMs(): Readonly<Record<number, number>> {
    return Object.fromEntries(
      this.#levels.flatMap(({ proposer, stepMs }) => (stepMs === undefined ? [] : [[proposer?.nodes ?? 1, stepMs]])),
    );
  }

  /** Told of steps that were chosen so, what they took and gave. */
  finished(proposer: Proposer | undefined, steps: number, ms: number, tokens: number): void {
    this.#tokens += tokens;
    if (this.#levels[this.#at]!.proposer !== proposer) return;
    if (this.#settling) {
      this.#settling = false;
      return;
    }
    this.#steps += steps;
    this.#ms += ms;
    this.#given += tokens;
    const isHopeless = this.#at > 0 && this.#steps >= FEWEST && this.#given <= HOPELESS * this.#steps;
    if (this.#steps >= WINDOW || isHopeless) this.#judge();
  }

  #judge(): void {
    const level = this.#levels[this.#at]!;
    level.speed = this.#given / this.#ms;
    level.stepMs = this.#ms / this.#steps;
    this.#forgetWindow();
    if (this.#at === 0) {
      if (this.#tokens - this.#offSince >= this.#pause || this.#levels[1]?.stepMs === undefined) this.#go(1);
      return;
    }
    const plain = this.#levels[0]!.speed!;
    if (level.speed < LEAST_GAIN * plain) {
      this.#pause = Math.min(2 * this.#pause, MOST_PAUSE);
      this.#offSince = this.#tokens;
      // A smaller one that has paid is better than none.
      const below = this.#levels[this.#at - 1]!;
      this.#reject(level);
      this.#go(this.#at > 1 && below.speed! >= LEAST_GAIN * plain ? this.#at - 1 : 0);
      return;
    }
    this.#pause = FIRST_PAUSE;
    const below = this.#levels[this.#at - 1]!;
    if (this.#at > 1 && level.speed < below.speed!) {
      this.#reject(level);
      this.#go(this.#at - 1);
      return;
    }
    const above = this.#levels[this.#at + 1];
    if (above && this.#tokens >= above.rejectedUntil) this.#go(this.#at + 1);
  }

  #reject(level: Level): void {
    level.rejectedUntil = this.#tokens + REJECTED_FOR;
  }

  #go(at: number): void {
    if (at >= this.#levels.length) return;
    this.#at = at;
    this.#settling = true;
  }

  #forgetWindow(): void {
    this.#steps = 0;
    this.#ms = 0;
    this.#given = 0;
  }
}
