import type { Progress } from './progress.ts';

/** How far a stage is, and the time that the rest of it will take at its present speed. */
export class ProgressEstimate {
  #stage = '';
  #begun = { time: 0, done: 0 };
  #last = { time: 0, done: 0, total: 0 };

  /** Notes a step at `time` (milliseconds). */
  add({ stage, done, total }: Progress, time: number): void {
    if (stage !== this.#stage || done < this.#last.done) {
      this.#stage = stage;
      this.#begun = { time, done };
    }
    this.#last = { time, done, total };
  }

  /** Milliseconds that the stage still takes at `now`; undefined before one second and one step have passed, and once it takes longer than was foreseen. */
  millisecondsLeft(now: number): number | undefined {
    const { done, total, time } = this.#last;
    const taken = time - this.#begun.time;
    const steps = done - this.#begun.done;
    if (steps <= 0 || taken < 1000 || total <= 0) return undefined;
    // What has passed since the last step belongs to the step that is under way.
    const left = (taken / steps) * (total - done) - (now - time);
    return left > 0 ? left : undefined;
  }
}
