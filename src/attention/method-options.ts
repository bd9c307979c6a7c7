import { UsageError } from '../core/errors.ts';

/** The largest place, window or count that the kernels take: sums of two stay below 2^32. */
export const MOST_SLOTS = 2 ** 30;

/** @throws UsageError unless `value` is an integer from `least` to `most`. */
export function checkInteger(method: string, name: string, value: number, least: number, most = MOST_SLOTS): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new UsageError({
    code: 'usage-option',
    happened: `${method}: ${name} is ${String(value)}.`,
    expected: `It must be an integer from ${least} to ${most}.`,
    todo: 'Change the value.',
  });
}

/** @throws UsageError unless `value` is one of `choices`. */
export function checkChoice<T>(method: string, name: string, value: T, choices: readonly T[]): void {
  if (choices.includes(value)) return;
  throw new UsageError({
    code: 'usage-option',
    happened: `${method}: ${name} is ${String(value)}.`,
    expected: `It must be one of ${choices.join(', ')}.`,
    todo: 'Change the value.',
  });
}
