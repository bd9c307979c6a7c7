/** How often, and for how long, something is tried over a network. */

import { abortedError, throwIfAborted, WinnowError } from '../core/errors.ts';
import type { HttpOptions } from './attempt.ts';
import { BusyError, isLasting, networkError, RedirectFault } from './http-fault.ts';

/** Most that servers' wishes to wait may add up to, in milliseconds. */
const MOST_ASKED_MS = 5 * 60_000;
const LEAST_GAIN = 1024;

/**
 * The tries of one exchange. Failures add up; they are forgotten when enough came since to be worth the trouble: a
 * thousandth of what is wanted, at the least rate or faster. So a load ends after a time that its size bounds.
 */
export class Tries {
  readonly #url: string;
  readonly #options: HttpOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #worthwhile: number;
  #failures = 0;
  #gained = 0;
  #since = performance.now();
  #asked = 0;

  /** `bytes`: how many are wanted, 0 where nobody knows. */
  constructor(url: string, options: HttpOptions, signal: AbortSignal | undefined, bytes = 0) {
    this.#url = url;
    this.#options = options;
    this.#signal = signal;
    this.#worthwhile = Math.max(LEAST_GAIN, bytes / 1000);
  }

  /** Tells of bytes that were not there before. */
  gained(bytes: number): void {
    const { leastRate = 1024 } = this.#options;
    this.#gained += bytes;
    const seconds = (performance.now() - this.#since) / 1000;
    if (this.#gained < this.#worthwhile || this.#gained < leastRate * seconds) return;
    this.#failures = 0;
    this.#gained = 0;
    this.#since = performance.now();
  }

  /** Waits before another try. Throws when none is left, or none would help; `where` says how far it came. */
  async failed(error: unknown, where = ''): Promise<void> {
    throwIfAborted(this.#signal);
    if (error instanceof WinnowError) throw error;
    if (isLasting(error)) throw networkError(this.#url, `no other try would help${where}`, error);
    const { attempts = 5, retryDelayMs = 500 } = this.#options;
    const pause = Math.min(retryDelayMs * 2 ** Math.floor(this.#failures), retryDelayMs * 8);
    const asked = error instanceof BusyError ? error.waitMs : undefined;
    this.#asked += asked ?? 0;
    if (asked !== undefined && this.#asked > MOST_ASKED_MS)
      throw networkError(
        this.#url,
        `its server asks to wait ${Math.ceil(asked / 1000)} s${where}`,
        error,
        `Try again in ${Math.ceil(asked / 1000)} s.`,
      );
    // Who is busy is asked twice as often; a circle of redirects is twenty requests a try.
    this.#failures += error instanceof BusyError ? 0.5 : error instanceof RedirectFault ? 2 : 1;
    if (this.#failures >= attempts) throw networkError(this.#url, `after ${attempts} tries${where}`, error);
    await delay(Math.max(pause, asked ?? 0), this.#signal);
  }
}

function delay(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(abortedError(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
