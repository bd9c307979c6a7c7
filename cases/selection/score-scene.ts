/** What selection/slot-scores writes, taken apart: its marks would hide differences of scores, being so much larger. */

/** Never chosen; its negative: always chosen. As lib/selection/slot-scores has them. */
export const LOWEST = -3e38;

export interface PageSum {
  readonly max: number;
  readonly sum: number;
}

const isMark = (number: number): boolean => Math.abs(number) >= 2.9e38;
const marksOf = (numbers: readonly number[]): number[] =>
  numbers.map((number) => (isMark(number) ? Math.sign(number) : 0));
const finite = (numbers: readonly number[]): number[] => numbers.map((number) => (isMark(number) ? 0 : number));

/** Marks and scores [rows, heads, capacity], and maxima and sums [rows, heads, pages]. */
export function readScores(
  scores: Float32Array,
  rows: number,
  heads: number,
  capacity: number,
): Record<string, number[]> {
  const pages = Math.ceil(capacity / 64);
  const slots = [...scores.subarray(0, rows * heads * capacity)];
  const sums = [...scores.subarray(rows * heads * capacity, rows * heads * (capacity + 2 * pages))];
  const maxima = sums.filter((_, i) => i % 2 === 0);
  return {
    marks: marksOf(slots),
    scores: finite(slots),
    pageMarks: marksOf(maxima),
    maxima: finite(maxima),
    sums: finite(sums.filter((_, i) => i % 2 === 1)),
  };
}

/** What `readScores` gives for these; what nobody wrote is LOWEST. */
export function wantScores(
  scores: readonly (readonly number[])[],
  sums: readonly (readonly PageSum[])[],
  capacity: number,
): Record<string, number[]> {
  const pages = Math.ceil(capacity / 64);
  const slots = scores.flatMap((list) => [...list, ...Array<number>(capacity - list.length).fill(LOWEST)]);
  const padded = sums.flatMap((list) => [
    ...list,
    ...Array.from({ length: pages - list.length }, () => ({ max: LOWEST, sum: LOWEST })),
  ]);
  const maxima = padded.map(({ max }) => max);
  return {
    marks: marksOf(slots),
    scores: finite(slots),
    pageMarks: marksOf(maxima),
    maxima: finite(maxima),
    sums: finite(padded.map(({ sum }) => sum)),
  };
}
