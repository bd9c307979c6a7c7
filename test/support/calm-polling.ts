/** Milliseconds between two polls. */
const PAUSE_MS = 1;

type Callback = (...args: never[]) => void;

/** Dawn's callbacks are native functions without a name. */
const isPoll = (callback: Callback): boolean =>
  callback.name === '' && Function.prototype.toString.call(callback).includes('[native code]');

/**
 * A `setImmediate` in which Dawn's polls pause. Dawn in Node asks in a loop whether the GPU is done, and so takes a whole core
 * while a kernel compiles or runs; everybody else's callbacks run as they always did.
 */
export function calmSetImmediate(now: typeof setImmediate, later: typeof setTimeout): typeof setImmediate {
  const calm = (callback: Callback, ...args: never[]): unknown =>
    isPoll(callback) ? later(callback, PAUSE_MS, ...args) : now(callback, ...args);
  return Object.assign(calm, now) as typeof setImmediate;
}
