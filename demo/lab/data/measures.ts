import type { EvalRun } from 'winnow-llm/eval/records';
import { formatBytes } from '../../shared/format.ts';
import { formatFigure, formatMicroseconds } from '../../shared/figures.ts';
import type { ChartMeasure, CostSpec } from '../charts/axes.ts';

/** What a method does to the model's answers. */
export type Measure = 'loss' | 'kl' | 'agreement';
/** What a method takes of the cache. */
export type Cost = 'held' | 'read';

/** One way to say how far a run is from dense attention. */
export interface MeasureSpec {
  readonly key: Measure;
  /** As a heading, as a choice, and on its axis. */
  readonly title: string;
  readonly label: string;
  readonly unit: string;
  readonly value: (run: EvalRun) => number;
  /** The standard error; undefined where a single token was decoded, or a file does not say. */
  readonly error: (run: EvalRun, decode: number) => number | undefined;
  /** What dense attention has. */
  readonly dense: number;
  readonly better: 'less' | 'more';
}

export const MEASURES: readonly MeasureSpec[] = [
  {
    key: 'loss',
    title: 'Loss above dense attention',
    label: 'loss above dense',
    unit: 'nats a token',
    value: ({ dnll }) => dnll,
    error: ({ dnllError }) => dnllError,
    dense: 0,
    better: 'less',
  },
  {
    key: 'kl',
    title: 'Divergence from dense attention',
    label: 'KL from dense',
    unit: 'nats a token',
    value: ({ kl }) => kl,
    error: ({ klError }) => klError,
    dense: 0,
    better: 'less',
  },
  {
    key: 'agreement',
    title: 'Same likeliest token as dense attention',
    label: 'same likeliest token',
    unit: '% of tokens',
    value: ({ top1Agreement }) => 100 * top1Agreement,
    // A share of tokens: its scatter follows from the share and their number.
    error: ({ top1Agreement: share }, decode) =>
      decode < 2 || share > 1 ? undefined : 100 * Math.sqrt((share * (1 - share)) / decode),
    dense: 100,
    better: 'more',
  },
];

/** Words of the costs that losses and answers have in common. */
export const HELD_WORDS = { title: 'memory of the cache', label: 'cache held', format: formatBytes } as const;
export const TIME_WORDS = {
  title: 'the time of a token',
  label: 'time of a token',
  format: (milliseconds: number): string => (milliseconds === 0 ? '0' : formatMicroseconds(milliseconds * 1000)),
} as const;

export const COSTS: readonly CostSpec<EvalRun, Cost>[] = [
  { ...HELD_WORDS, key: 'held', value: ({ kvBytesHeld }) => kvBytesHeld },
  {
    key: 'read',
    title: 'what a token reads of the cache',
    label: 'cache read for each token',
    value: ({ kvBytesReadPerToken }) => kvBytesReadPerToken,
    format: formatBytes,
  },
];

export const TIME: CostSpec<EvalRun, 'time'> = { ...TIME_WORDS, key: 'time', value: ({ msPerToken }) => msPerToken };

/** A figure with three digits that count; one that is nearly 0 in powers of ten: "0.131", "2.3e-8". */
export const formatSmall = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential(1) : formatFigure(value);

/** Nats with a sign: "+0.131", "−0.002", "0". */
export const formatSigned = (value: number): string =>
  value === 0 ? '0' : `${value < 0 ? '−' : '+'}${formatSmall(Math.abs(value))}`;

/** A number of nats with so many decimals. */
export const formatNats = (value: number, decimals: number): string => value.toFixed(decimals).replace('-', '−');

/** A value with its standard error behind it, where there is one. */
export const withError = (text: string, error: number | undefined): string =>
  error === undefined ? text : `${text} ± ${formatSmall(error)}`;

/** A measure of a run in words, with its unit. */
export function measured(spec: MeasureSpec, run: EvalRun, decode: number): string {
  const value = spec.value(run);
  const text = spec.key === 'loss' ? formatSigned(value) : formatSmall(value);
  return `${withError(text, spec.error(run, decode))} ${spec.unit}`;
}

/** A measure as charts take it, for runs of so many decoded tokens. */
export const chartMeasure = (spec: MeasureSpec, decode: number): ChartMeasure<EvalRun> => ({
  ...spec,
  error: (run) => spec.error(run, decode),
  over: 'the tokens',
  words: (run) => measured(spec, run, decode),
});
