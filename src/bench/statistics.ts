/** Summaries of repeated measurements. */

import type { Spread } from './bench-result.ts';

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

/** Middle, smallest and largest of at least one value; the middle of an even number is the mean of its two. */
export function spread(values: readonly number[]): Spread {
  const ordered = sorted(values);
  const upper = ordered[ordered.length >> 1] ?? Number.NaN;
  const lower = ordered[(ordered.length - 1) >> 1] ?? Number.NaN;
  return {
    median: (lower + upper) / 2,
    min: ordered[0] ?? Number.NaN,
    max: ordered.at(-1) ?? Number.NaN,
    runs: values.length,
  };
}

/** A figure that was measured once. */
export const once = (value: number): Spread => ({ median: value, min: value, max: value, runs: 1 });

/** The spread of a quantity that falls as `of` rises, such as a rate of a time. */
export const inverse = ({ median, min, max, runs }: Spread, numerator: number): Spread => ({
  median: numerator / median,
  min: numerator / max,
  max: numerator / min,
  runs,
});

/** A spread in another unit. */
export const scaled = ({ median, min, max, runs }: Spread, factor: number): Spread => ({
  median: median * factor,
  min: min * factor,
  max: max * factor,
  runs,
});

/** The value that `percent` % of the values do not exceed (nearest rank), of at least one value. */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * values.length));
  return sorted(values)[rank - 1] ?? Number.NaN;
}

/** The standard error of a mean: how far it would scatter if as many values were drawn again; undefined for fewer than two. */
export function standardError(values: readonly number[]): number | undefined {
  const count = values.length;
  if (count < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (count - 1) / count);
}

/** Shares of the values in bins of equal width from the smallest to the largest; the last bin holds the largest. */
export function histogram(
  values: readonly number[],
  bins: number,
): { readonly from: number; readonly to: number; readonly share: number }[] {
  const ordered = sorted(values);
  const [least, most] = [ordered[0], ordered.at(-1)];
  if (least === undefined || most === undefined) return [];
  if (least === most) return [{ from: least, to: most, share: 1 }];
  const width = (most - least) / bins;
  const counts = Array<number>(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor((value - least) / width))]!++;
  return counts.map((count, i) => ({
    from: least + i * width,
    to: least + (i + 1) * width,
    share: count / values.length,
  }));
}
