import type { Spread } from 'winnow-llm/bench/records';

/** A figure with three significant digits and thousands separators: 0.0123, 12.3, 1,230. */
export function formatFigure(value: number): string {
  if (value === 0) return '0';
  return FIGURE.format(value);
}

const FIGURE = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** Microseconds in the unit that reads best: "8.1 µs", "1.2 ms". */
export function formatMicroseconds(value: number): string {
  if (value < 1000) return `${formatFigure(value)}\u00a0µs`;
  return value < 1e6 ? `${formatFigure(value / 1000)}\u00a0ms` : `${formatFigure(value / 1e6)}\u00a0s`;
}

/** "12.3 (11.9 to 12.8)"; the median alone where there was one run. */
export function formatSpread({ median, min, max, runs }: Spread): string {
  return runs > 1 ? `${formatFigure(median)} (${formatFigure(min)} to ${formatFigure(max)})` : formatFigure(median);
}
