import type { BenchResult, Spread } from './bench-result.ts';
import { once } from './statistics.ts';

/** One figure that two runs have in common. Ratios are of speeds: above 1 the later run is faster. */
export interface Pair {
  readonly name: string;
  readonly group: 'model' | 'kernels' | 'device';
  readonly before: number;
  readonly after: number;
  readonly unit: string;
  readonly ratio: number;
  /** The worst and the best ratio that the spreads of both runs allow; equal to `ratio` for a figure measured once. */
  readonly low: number;
  readonly high: number;
  readonly change: 'faster' | 'slower' | 'within the spread';
}

interface Figure {
  readonly group: Pair['group'];
  readonly spread: Spread;
  readonly unit: string;
  /** More is better (a speed) or less is better (a time). */
  readonly better: 'more' | 'less';
}

/** Every figure that both runs have, those of the model first, and how many only one of them has. */
export function pairsOf(
  before: BenchResult,
  after: BenchResult,
): { readonly pairs: readonly Pair[]; readonly single: number } {
  const [first, second] = [figuresOf(before), figuresOf(after)];
  const pairs = [...first].flatMap(([name, figure]) => {
    const other = second.get(name);
    const pair = other && pairOf(name, figure, other.spread);
    return pair ? [pair] : [];
  });
  return { pairs, single: first.size + second.size - 2 * pairs.length };
}

/** What differs between the circumstances of two runs, in words: such ratios are not only the code's doing. */
export function differences(before: BenchResult, after: BenchResult): readonly string[] {
  const facts = (run: BenchResult): Readonly<Record<string, string>> => ({
    adapter: adapterKey(run),
    'features disabled': run.environment.featuresDisabled.join(', ') || 'none',
    runtime: run.environment.runtime,
    version: run.environment.version,
    commit: run.environment.commit ?? 'unknown',
    'tokens decoded': String(run.settings.decodeTokens),
    runs: String(run.settings.runs),
    ...(run.model && { model: run.model.name }),
  });
  const [first, second] = [facts(before), facts(after)];
  return Object.entries(first).flatMap(([name, value]) =>
    second[name] === undefined || second[name] === value ? [] : [`${name}: ${value} → ${second[name]}`],
  );
}

function pairOf(name: string, { group, spread, unit, better }: Figure, after: Spread): Pair | undefined {
  const ratio = (from: number, to: number): number => (better === 'more' ? to / from : from / to);
  const ends = [ratio(spread.min, after.max), ratio(spread.max, after.min)];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const middle = ratio(spread.median, after.median);
  if (![low, middle, high].every((value) => Number.isFinite(value) && value > 0)) return undefined;
  const change = low > 1 ? 'faster' : high < 1 ? 'slower' : 'within the spread';
  return { name, group, before: spread.median, after: after.median, unit, ratio: middle, low, high, change };
}

function figuresOf({ model, kernels, roofs }: BenchResult): Map<string, Figure> {
  const figures = new Map<string, Figure>();
  const speed = (spread: Spread, unit: string, group: Pair['group']): Figure => ({
    group,
    spread,
    unit,
    better: 'more',
  });
  const time = (spread: Spread, unit: string, group: Pair['group']): Figure => ({
    group,
    spread,
    unit,
    better: 'less',
  });
  for (const { history, tokensPerSecond } of model?.decode ?? [])
    figures.set(`decode after ${history}`, speed(tokensPerSecond, 'tok/s', 'model'));
  for (const { tokens, tokensPerSecond, timeToFirstTokenMilliseconds } of model?.prefill ?? []) {
    figures.set(`prefill of ${tokens}`, speed(tokensPerSecond, 'tok/s', 'model'));
    figures.set(`first token after ${tokens}`, time(timeToFirstTokenMilliseconds, 'ms', 'model'));
  }
  if (model) figures.set('cold load', time(once(model.cold.loadMilliseconds), 'ms', 'model'));
  if (roofs) {
    figures.set('stream rate', speed(roofs.stream, 'GB/s', 'device'));
    figures.set('multiply-add rate', speed(roofs.multiplyAdd, 'GFLOP/s', 'device'));
  }
  for (const { kernel, shape, timing } of kernels ?? [])
    if (timing) figures.set(`${kernel} · ${shape}`, time(timing.microseconds, 'µs', 'kernels'));
  return figures;
}

const adapterKey = ({ environment: { adapter } }: BenchResult): string =>
  [adapter.description || adapter.device, adapter.vendor, adapter.architecture].filter(Boolean).join(' ');
