/** Tokens that may be under way at once, in milliseconds of GPU time: more would make text come in bursts and aborts slow. */
const MOST_MS = 30;
/** Steps of one submit. */
const MOST_STEPS = 8;

/** How many steps to submit ahead of the last one that was read, from the measured time of a step. */
export class Lookahead {
  #stepMs = Number.POSITIVE_INFINITY;
  #lastAt = 0;

  /** Steps in flight at most; 1 until a step has been measured. */
  get inFlight(): number {
    return Math.max(1, Math.min(2 * MOST_STEPS, Math.floor(MOST_MS / this.#stepMs)));
  }

  /** Steps of the next submit: half of what may be in flight, so that one batch is encoded while another runs. */
  get batch(): number {
    return Math.max(1, Math.min(MOST_STEPS, Math.floor(this.inFlight / 2)));
  }

  /** Told when the pipeline starts from empty. */
  start(): void {
    this.#lastAt = performance.now();
  }

  /** Told when `steps` steps were read. Returns the milliseconds that each took. */
  finished(steps: number): number {
    const now = performance.now();
    const stepMs = (now - this.#lastAt) / steps;
    this.#stepMs = Number.isFinite(this.#stepMs) ? 0.7 * this.#stepMs + 0.3 * stepMs : stepMs;
    this.#lastAt = now;
    return stepMs;
  }
}
