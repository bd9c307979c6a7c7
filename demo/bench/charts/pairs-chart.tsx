import { useCallback, useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import { colourOf } from '../data/family.ts';
import { formatFigure } from '../../shared/figures.ts';
import type { Pair } from 'winnow-llm/bench/records';
import { axisBelow } from '../../shared/charts/axis.ts';
import { asPicture, Chart, type Draw, type PlotLibrary } from '../../shared/charts/chart.tsx';
import { DataTable } from '../../shared/charts/data-table.tsx';
import { Legend } from '../../shared/charts/legend.tsx';

/** Two runs, figure by figure: how many times as fast the later one is. */
export function PairsChart({ pairs, caption }: { pairs: readonly Pair[]; caption: string }): JSX.Element {
  const drawn = useMemo(() => mostTelling(pairs), [pairs]);
  const draw = useCallback<Draw>((plot, width) => drawPairs(plot, width, drawn), [drawn]);
  const count = (change: Pair['change']): number => pairs.filter((pair) => pair.change === change).length;
  return (
    <Chart
      title="Before and after"
      reading={`To the right of 1 the later run is faster. A bar is what the spreads of both runs allow: only a bar that keeps clear of 1 says anything. ${drawn.length < pairs.length ? `Drawn are the figures of the model and the ${drawn.length} largest changes; all ${pairs.length} stand in the table.` : ''}`}
      caption={caption}
      height={heightOf(drawn.length)}
      draw={draw}
      legend={
        <Legend
          label="Kinds of change"
          items={[
            { key: 'faster', name: `faster: ${count('faster')}`, shape: 'dot', colour: colourOf(1) },
            { key: 'slower', name: `slower: ${count('slower')}`, shape: 'dot', colour: colourOf(2) },
            { key: 'same', name: `ring: within the spread: ${count('within the spread')}`, shape: 'ring' },
          ]}
        />
      }
      table={
        <DataTable
          caption="Before and after"
          columns={['Figure', 'Before', 'After', 'Unit', 'Times as fast', 'Spread', 'Change']}
          rows={pairs.map(({ name, before, after, unit, ratio, low, high, change }) => [
            name,
            formatFigure(before),
            formatFigure(after),
            unit,
            formatFigure(ratio),
            `${formatFigure(low)} to ${formatFigure(high)}`,
            change,
          ])}
        />
      }
    />
  );
}

const MOST = 40;
const ROW = 36;
const heightOf = (rows: number): number => rows * ROW + 60;

/** All pairs of model and device, then the largest changes among kernels, in the order of the runs. */
function mostTelling(pairs: readonly Pair[]): readonly Pair[] {
  const kernels = pairs.filter(({ group }) => group === 'kernels');
  const others = pairs.filter(({ group }) => group !== 'kernels');
  const size = ({ ratio }: Pair): number => Math.abs(Math.log(ratio));
  return [...others, ...kernels.toSorted((a, b) => size(b) - size(a)).slice(0, Math.max(0, MOST - others.length))];
}

function drawPairs(plot: PlotLibrary, width: number, pairs: readonly Pair[]): SVGSVGElement {
  const reach = Math.max(1.1, ...pairs.flatMap(({ low, high, ratio }) => [high, 1 / low, ratio, 1 / ratio])) * 1.02;
  const colour = ({ change }: Pair): string =>
    change === 'faster' ? 'var(--series-1)' : change === 'slower' ? 'var(--series-2)' : 'var(--text-quiet)';
  const row = ({ name }: Pair): string => name;
  const ticks = ratioTicks(reach, width < 480 ? 1 : 3);
  const most = Math.floor((width - 90) / 6.6);
  const svg = plot.plot({
    width,
    height: heightOf(pairs.length),
    marginLeft: 12,
    marginRight: 12,
    marginTop: 12,
    marginBottom: 44,
    x: {
      type: 'log',
      domain: [1 / reach, reach],
      axis: null,
    },
    y: { type: 'point', domain: pairs.map(row), axis: null, padding: 0.5 },
    marks: [
      plot.ruleX(ticks, { stroke: 'var(--line)' }),
      plot.ruleY(pairs, { y: row, stroke: 'var(--line)', strokeDasharray: '1 3' }),
      plot.ruleX([1], { stroke: 'var(--text)' }),
      axisBelow(plot, ticks, formatFigure, 'times as fast as before'),
      plot.ruleY(pairs, {
        y: row,
        x1: 'low',
        x2: 'high',
        stroke: colour,
        strokeWidth: 4,
        strokeOpacity: 0.5,
        inset: 0,
      }),
      plot.dot(pairs, {
        y: row,
        x: 'ratio',
        r: 5,
        stroke: colour,
        strokeWidth: 2,
        fill: (pair) => (pair.change === 'within the spread' ? 'var(--ground-raised)' : colour(pair)),
      }),
      plot.text(pairs, {
        y: row,
        x: () => 1 / reach,
        text: ({ name }) => (name.length > most ? `${name.slice(0, most)}…` : name),
        textAnchor: 'start',
        dy: -14,
        stroke: 'var(--ground-raised)',
        strokeWidth: 3,
        fill: 'var(--text)',
      }),
      plot.text(pairs, {
        y: row,
        x: () => reach,
        text: ({ ratio }) => `× ${formatFigure(ratio)}`,
        textAnchor: 'end',
        dy: -14,
        stroke: 'var(--ground-raised)',
        strokeWidth: 3,
        fill: 'var(--text)',
      }),
    ],
  });
  const words = pairs.map(({ name, ratio, change }) => `${name} ${formatFigure(ratio)} (${change})`).join('; ');
  return asPicture(svg, `How many times as fast the later run is: ${words}`);
}

/** Ticks that a reader can name: 1, and `each` of them on both sides of it. */
function ratioTicks(reach: number, each: number): readonly number[] {
  const above = [1.02, 1.05, 1.1, 1.25, 1.5, 2, 3, 5, 10, 100].filter((tick) => tick <= reach).slice(-each);
  return [...above.map((tick) => 1 / tick), 1, ...above];
}
