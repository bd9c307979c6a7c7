import { useCallback, useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { Chart, type Draw } from '../../shared/charts/chart.tsx';
import { Legend, type LegendItem } from '../../shared/charts/legend.tsx';
import { seriesOf, type Series } from '../data/series.ts';
import { MethodWords } from '../method-words.tsx';
import type { ChartMeasure, CostSpec } from './axes.ts';
import { drawTradeoff, HEIGHT, type Point } from './draw-tradeoff.ts';

/** What methods do to the model, against what they cost. */
export function TradeoffChart<Run extends { readonly setting: string }>(props: {
  runs: readonly Run[];
  /** What the runs of a series go by. */
  size: (run: Run) => number;
  measure: ChartMeasure<Run>;
  cost: CostSpec<Run>;
  /** Which runs these are, where a page has several such charts. */
  of?: string | undefined;
  caption: string;
}): JSX.Element {
  const { runs, size, measure, cost, of, caption } = props;
  const [pointed, setPointed] = useState('');
  const series = useMemo(() => seriesOf(runs, size), [runs, size]);
  const points = useMemo(() => pointsOf(series, measure, cost), [series, measure, cost]);
  const draw = useCallback<Draw>(
    (plot, width) => drawTradeoff(plot, width, { points, measure, cost, point: setPointed }),
    [points, measure, cost],
  );
  const at = points.find(({ setting }) => setting === pointed);
  const bars = points.some(({ error }) => error !== undefined);
  return (
    <Chart
      title={`${measure.title} against ${cost.title}${of === undefined ? '' : `: ${of}`}`}
      reading={`Higher is nearer to dense attention, the line on top; further left costs less. ${series.some(({ floor }) => floor) ? 'The broken line is the floor: slots kept by lot. ' : ''}${bars ? `A bar is one standard error over ${measure.over}, as if they were drawn independently.` : ''}`}
      caption={caption}
      height={HEIGHT}
      draw={draw}
      legend={<Legend label="Methods" items={series.map(legendItem)} />}
      pointed={
        <p class="pointed">
          {at ? (
            <>
              <strong>{at.setting}</strong> {at.words}; {cost.label} {cost.format(at.x)}.{' '}
              <MethodWords text={at.setting} />
            </>
          ) : (
            <span class="quiet">
              Point at a dot, or go through the dots with the arrow keys, and its method stands here.
            </span>
          )}
        </p>
      }
    />
  );
}

const legendItem = ({ name, look }: Series<unknown>): LegendItem => ({
  key: name,
  name,
  colour: `var(--series-${look.colour})`,
  shape: look.ring ? 'ring' : 'dot',
});

/** A point that is drawn, and what is said of it. */
interface SpokenPoint extends Point {
  readonly words: string;
}

function pointsOf<Run extends { readonly setting: string }>(
  series: readonly Series<Run>[],
  measure: ChartMeasure<Run>,
  cost: CostSpec<Run>,
): readonly SpokenPoint[] {
  return series.flatMap(({ name, look, floor, runs }) =>
    runs.map((run) => ({
      setting: run.setting,
      series: name,
      colour: `var(--series-${look.colour})`,
      ring: look.ring,
      floor,
      x: cost.value(run),
      y: measure.value(run),
      error: measure.error(run),
      words: measure.words(run),
    })),
  );
}
