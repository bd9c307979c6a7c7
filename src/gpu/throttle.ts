/**
 * Whether promises of the GPU are kept by asking in a loop as long as one is open: Dawn in Node does, and so takes a core
 * from an adapter that computes on the CPU.
 */
const POLLS = globalThis.process?.versions?.node !== undefined;

/** The part of what a wait took last time that the thread rests before it asks. */
const SHARE = 0.85;
/** Rests that would be shorter are left out: a timer is not exact. */
const LEAST_MS = 4;
/** Whoever finds the work done at once may have rested much too long, and tries a fraction. */
const PROMPT_MS = 1;
const SHORTER = 0.3;

/** Waits of one kind, each as long as its units: the thread rests for most of the time that the last one took. */
export class Throttle {
  #msPerUnit = 0;

  /** Rests, then waits for what `open` opens. @param units how much work this is, in steps or rows. */
  async wait<T>(units: number, open: () => Promise<T>): Promise<T> {
    if (!POLLS) return open();
    const started = performance.now();
    const expected = SHARE * this.#msPerUnit * units;
    const rests = expected >= LEAST_MS;
    if (rests)
      await new Promise<void>((resolve) => {
        setTimeout(resolve, expected);
      });
    const asked = performance.now();
    const result = await open();
    const now = performance.now();
    this.#msPerUnit = rests && now - asked < PROMPT_MS ? SHORTER * this.#msPerUnit : (now - started) / units;
    return result;
  }
}
