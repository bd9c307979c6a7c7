/** The benchmark without an engine: settings, saved results read back, compared, as tables. For a page's own thread. */

export { toCsv } from './csv.ts';
export { differences, pairsOf, type Pair } from './compare.ts';
export { parseResult } from './saved-result.ts';
export { checkSettings, DEFAULT_SETTINGS, SOFTWARE_SETTINGS } from './settings.ts';
export { Mismatch } from './checks.ts';
export { percentile, spread } from './statistics.ts';
export type { BenchHost } from './bench-host.ts';
export type * from './bench-result.ts';
