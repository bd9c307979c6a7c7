import { axisBelow } from '../../shared/charts/axis.ts';
import type { PlotLibrary } from '../../shared/charts/chart.tsx';
import { reachPoints } from '../../shared/charts/points.ts';
import { formatFigure } from '../../shared/figures.ts';
import type { ChartMeasure, CostSpec } from './axes.ts';

/** One run on the chart. */
export interface Point {
  readonly setting: string;
  readonly series: string;
  readonly colour: string;
  readonly ring: boolean;
  readonly floor: boolean;
  readonly x: number;
  readonly y: number;
  readonly error: number | undefined;
}

export const HEIGHT = 320;

/** Draws points with lines between those of a series; better is always up, dense attention the line on top. */
export function drawTradeoff(
  plot: PlotLibrary,
  width: number,
  options: {
    readonly points: readonly Point[];
    readonly measure: Pick<ChartMeasure<never>, 'title' | 'unit' | 'dense' | 'better'>;
    readonly cost: Pick<CostSpec<never>, 'title' | 'label' | 'format'>;
    /** Told of the setting that is pointed at. */
    readonly point: (setting: string) => void;
  },
): SVGSVGElement {
  const { points, measure, cost, point } = options;
  const ends = points.flatMap(({ y, error = 0 }) => [y - error, y + error]);
  const best = measure.better === 'more' ? Math.max(measure.dense, ...ends) : Math.min(measure.dense, ...ends);
  const worst = measure.better === 'more' ? Math.min(measure.dense, ...ends) : Math.max(measure.dense, ...ends);
  const room = (worst - best) * 0.06 || (measure.better === 'more' ? -1 : 0.01);
  const [least, most] = reach(points.map(({ x }) => x));
  const bars = points.flatMap(({ error, ...rest }) =>
    error === undefined ? [] : [{ ...rest, low: rest.y - error, high: rest.y + error }],
  );
  const name = ({ setting }: Point): string => setting;
  const lines = points.filter(({ floor }) => !floor);
  const floor = points.filter((each) => each.floor);
  const line = { x: 'x', y: 'y', z: 'series', stroke: 'colour', strokeWidth: 1.5 } as const;
  const dots = { x: 'x', y: 'y', r: 5, ariaLabel: name, strokeWidth: 2 } as const;
  // Values too near to each other to be told apart in words have one mark.
  const ticks = evenTicks(least, most, width < 480 ? 3 : 5).filter(
    (tick, i, all) => i === 0 || cost.format(tick) !== cost.format(all[i - 1]!),
  );
  const svg = plot.plot({
    width,
    height: HEIGHT,
    marginLeft: 56,
    marginRight: 20,
    marginTop: 28,
    marginBottom: 44,
    x: { domain: [least, most], axis: null },
    y: {
      domain: [worst + room, best - room],
      label: measure.unit,
      labelAnchor: 'top',
      ticks: 5,
      tickFormat: formatFigure,
      grid: true,
    },
    // The colours are CSS already; a scale would take them for names.
    color: { type: 'identity' },
    marks: [
      axisBelow(plot, ticks, cost.format, cost.label),
      plot.ruleY([measure.dense], { stroke: 'var(--text)', strokeWidth: 1.5 }),
      plot.text([{ x: least, y: measure.dense }], {
        x: 'x',
        y: 'y',
        text: () => 'dense',
        textAnchor: 'start',
        dx: 4,
        dy: -8,
      }),
      plot.line(lines, { ...line, strokeOpacity: 0.7 }),
      plot.line(floor, { ...line, strokeDasharray: '4 4' }),
      plot.ruleX(bars, { x: 'x', y1: 'low', y2: 'high', stroke: 'colour', strokeWidth: 3, strokeOpacity: 0.4 }),
      plot.dot(
        points.filter(({ ring }) => !ring),
        { ...dots, fill: 'colour', stroke: 'var(--ground-raised)' },
      ),
      plot.dot(
        points.filter(({ ring }) => ring),
        { ...dots, fill: 'var(--ground-raised)', stroke: 'colour' },
      ),
    ],
  });
  const label = `${measure.title} against ${cost.title}, ${points.length} runs; the arrow keys go through them`;
  reachPoints(svg, points.map(name), label, point);
  return svg;
}

/** The ends of the horizontal axis: from 0, unless all values lie so far from it that they would stand on top of each other. */
function reach(values: readonly number[]): readonly [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!(most > 0)) return [0, 1];
  const room = Math.max((most - least) * 0.08, most * (least === most ? 0.1 : 0.02));
  return [least > most / 2 ? least - room : 0, most + room];
}

/** About so many round values between two. */
function evenTicks(least: number, most: number, count: number): readonly number[] {
  const rough = (most - least) / count;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = decade * ([1, 2, 5, 10].find((each) => each * decade >= rough) ?? 10);
  const first = Math.ceil(least / step);
  return Array.from({ length: Math.floor(most / step) - first + 1 }, (_, index) => (first + index) * step);
}
