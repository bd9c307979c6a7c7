/** Selections in float64, written from their definitions, over slots in order. */

/** Slots of a block that has key bounds. */
export const BLOCK = 16;

export interface Bounds {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** The smallest and the largest element of the keys in every dimension. */
export const boundsOf = (keys: readonly (readonly number[])[]): Bounds => ({
  low: keys[0]!.map((_, i) => Math.min(...keys.map((key) => key[i]!))),
  high: keys[0]!.map((_, i) => Math.max(...keys.map((key) => key[i]!))),
});

/** The largest score that a key within the bounds can have. */
export const boundScore = (query: ArrayLike<number>, { low, high }: Bounds): number =>
  low.reduce((sum, least, i) => sum + Math.max(query[i]! * least, query[i]! * high[i]!), 0);

/** The indices of the `k` highest scores, ties to the lower index, ascending. */
export const topK = (scores: readonly number[], k: number): number[] =>
  scores
    .map((score, index) => ({ score, index }))
    .toSorted((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, k)
    .map(({ index }) => index)
    .toSorted((a, b) => a - b);

export interface PageChoice {
  readonly keys: readonly (readonly number[])[];
  /** Queries of the group. */
  readonly queries: readonly ArrayLike<number>[];
  /** Slots before this step; slots from there on are of this step. */
  readonly length: number;
  readonly pages: number;
  readonly page: number;
  readonly sinks: number;
  readonly recent: number;
  /** Where slots were evicted: the places of the slots, which then say what is always read. */
  readonly places?: readonly number[];
}

/** The pages that Quest reads. */
export function questPages({ keys, queries, length, pages, page, sinks, recent, places }: PageChoice): number[] {
  const newest = Math.min(length, keys.length - recent);
  const scores = Array.from({ length: Math.ceil(keys.length / page) }, (_, index) => {
    const first = index * page;
    const mine = places?.slice(first, first + page);
    const own = places?.at(-1) ?? 0;
    if (
      mine
        ? first + page > length || mine.some((place) => place < sinks || place + recent > own)
        : first < sinks || first + page > newest
    )
      return Infinity;
    const bounds = boundsOf(keys.slice(first, first + page));
    return Math.max(...queries.map((query) => boundScore(query, bounds)));
  });
  const forced = scores.filter((score) => score === Infinity).length;
  return topK(scores, Math.max(pages, forced));
}

/** The slots of pages. */
export const slotsOf = (pages: readonly number[], page: number, slots: number): number[] =>
  pages.flatMap((index) => Array.from({ length: Math.min(page, slots - index * page) }, (_, i) => index * page + i));
