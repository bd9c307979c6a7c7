/**
 * What the page needs of the benchmark besides running it, from the files that have it: the entry `winnow-llm/bench`
 * would bring the whole engine into the page, which only the worker needs.
 */
export { differences, pairsOf, type Pair } from '../../src/bench/compare.ts';
export { toCsv } from '../../src/bench/csv.ts';
export { parseResult } from '../../src/bench/saved-result.ts';
export { DEFAULT_SETTINGS, SOFTWARE_SETTINGS } from '../../src/bench/settings.ts';
