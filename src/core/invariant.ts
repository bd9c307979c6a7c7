/** Throws when a condition that this library itself must keep does not hold; the message is built only then. */
export function invariant(condition: unknown, message: () => string): asserts condition {
  if (!condition) throw new Error(`Winnow invariant broken: ${message()}`);
}

/** Integer division rounded up; both arguments are non-negative integers. */
export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

/** The smallest multiple of `step` that is at least `value`. */
export const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;
