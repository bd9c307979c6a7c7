/** Summaries of repeated measurements. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

/** Middle, smallest and largest of at least one value; the middle of an even number is the mean of its two. */
export function spread(values: readonly number[]): Spread {
  const ordered = sorted(values);
  const upper = ordered[ordered.length >> 1] ?? Number.NaN;
  const lower = ordered[(ordered.length - 1) >> 1] ?? Number.NaN;
  return { median: (lower + upper) / 2, min: ordered[0] ?? Number.NaN, max: ordered.at(-1) ?? Number.NaN };
}

/** The value that `percent` % of the values do not exceed (nearest rank), of at least one value. */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * values.length));
  return sorted(values)[rank - 1] ?? Number.NaN;
}
