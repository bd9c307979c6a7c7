import { useCallback, useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Spread } from 'winnow-llm/bench/records';
import { formatCount } from '../../shared/format.ts';
import { colourOf } from '../data/family.ts';
import { formatFigure } from '../../shared/figures.ts';
import { axisBelow } from '../../shared/charts/axis.ts';
import { asPicture, Chart, type Draw, type PlotLibrary } from '../../shared/charts/chart.tsx';
import { DataTable } from '../../shared/charts/data-table.tsx';
import { Legend } from '../../shared/charts/legend.tsx';

/** Tokens per second at one length. */
export interface SpeedPoint {
  readonly length: number;
  readonly speed: Spread;
  /** The cache held random keys and values instead of a prompt's. */
  readonly filled: boolean;
}

/** Tokens per second against a length, with the spread of the runs. */
export function SpeedChart(props: {
  title: string;
  /** What the length is: "history", "prompt". */
  axis: string;
  points: readonly SpeedPoint[];
  caption: string;
}): JSX.Element {
  const { title, axis, caption } = props;
  const points = useMemo(() => props.points.toSorted((a, b) => a.length - b.length), [props.points]);
  const draw = useCallback<Draw>((plot, width) => drawSpeed(plot, width, axis, points), [axis, points]);
  const filled = points.some((point) => point.filled);
  return (
    <Chart
      title={title}
      reading="Each dot is the median of the runs, the bar through it the slowest and the fastest."
      caption={caption}
      height={HEIGHT}
      draw={draw}
      legend={
        filled && (
          <Legend
            label="Dots"
            items={[
              { key: 'ran', name: 'the history was a prompt', shape: 'dot', colour: colourOf(1) },
              {
                key: 'filled',
                name: 'ring: the cache was filled with random values instead',
                shape: 'ring',
                colour: colourOf(1),
              },
            ]}
          />
        )
      }
      table={
        <DataTable
          caption={title}
          columns={[`Tokens of ${axis}`, 'Median tok/s', 'Slowest', 'Fastest', 'Runs']}
          rows={points.map(({ length, speed }) => [
            formatCount(length),
            formatFigure(speed.median),
            formatFigure(speed.min),
            formatFigure(speed.max),
            formatCount(speed.runs),
          ])}
        />
      }
    />
  );
}

const HEIGHT = 260;

function drawSpeed(plot: PlotLibrary, width: number, axis: string, points: readonly SpeedPoint[]): SVGSVGElement {
  const lengths = points.map(({ length }) => length);
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
  const log = least > 0 && most / least >= 8;
  const top = Math.max(...points.map(({ speed }) => speed.max)) * 1.15;
  const domain = log ? ([least / 1.4, most * 1.4] as const) : ([0, most * 1.1] as const);
  const rows = points.map(({ length, filled, speed }) => ({
    length,
    filled,
    median: speed.median,
    min: speed.min,
    max: speed.max,
  }));
  const at = { x: 'length', y: 'median', r: 5, stroke: 'var(--series-1)', strokeWidth: 2 } as const;
  const svg = plot.plot({
    width,
    height: HEIGHT,
    marginLeft: 56,
    marginRight: 16,
    marginTop: 28,
    marginBottom: 44,
    x: {
      type: log ? 'log' : 'linear',
      domain,
      axis: null,
    },
    y: { domain: [0, top], label: 'tok/s', labelAnchor: 'top', ticks: 5, tickFormat: formatFigure, grid: true },
    marks: [
      plot.ruleY([0], { stroke: 'var(--line-strong)' }),
      axisBelow(plot, spaced(lengths, domain, width), formatCount, `tokens of ${axis}`),
      plot.line(rows, { x: 'length', y: 'median', stroke: 'var(--series-1)', strokeWidth: 1.5 }),
      plot.ruleX(rows, {
        x: 'length',
        y1: 'min',
        y2: 'max',
        stroke: 'var(--series-1)',
        strokeWidth: 4,
        strokeOpacity: 0.45,
      }),
      plot.dot(
        rows.filter(({ filled }) => filled),
        { ...at, fill: 'var(--ground-raised)' },
      ),
      plot.dot(
        rows.filter(({ filled }) => !filled),
        { ...at, fill: 'var(--series-1)' },
      ),
      plot.text(rows, { x: 'length', y: 'max', text: ({ median }) => formatFigure(median), dy: -12 }),
    ],
  });
  const words = rows.map(({ length, median }) => `${formatFigure(median)} at ${formatCount(length)}`).join(', ');
  return asPicture(svg, `Tokens per second against tokens of ${axis}: ${words}`);
}

/** The measured lengths as ticks; one whose label would touch the label before it is left out. */
function spaced(lengths: readonly number[], [low, high]: readonly [number, number], width: number): readonly number[] {
  const place = (value: number): number =>
    low > 0 ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  const room = 48 / Math.max(1, width - 72);
  const kept: number[] = [];
  for (const length of lengths) {
    const last = kept.at(-1);
    if (last === undefined || place(length) - place(last) >= room) kept.push(length);
  }
  return kept;
}
