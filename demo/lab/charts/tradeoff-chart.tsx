import { useCallback, useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { EvalRun } from 'winnow-llm/bench';
import { Chart, type Draw } from '../../shared/charts/chart.tsx';
import { Legend, type LegendItem } from '../../shared/charts/legend.tsx';
import { measured, type CostSpec, type MeasureSpec } from '../data/measures.ts';
import { seriesOf, type Series } from '../data/series.ts';
import { MethodWords } from '../method-words.tsx';
import { drawTradeoff, HEIGHT, type Point } from './draw-tradeoff.ts';

/** What methods do to the model, against what they cost. */
export function TradeoffChart(props: {
  runs: readonly EvalRun[];
  decode: number;
  measure: MeasureSpec;
  cost: CostSpec;
  caption: string;
}): JSX.Element {
  const { runs, decode, measure, cost, caption } = props;
  const [pointed, setPointed] = useState('');
  const series = useMemo(() => seriesOf(runs), [runs]);
  const points = useMemo(() => pointsOf(series, decode, measure, cost), [series, decode, measure, cost]);
  const draw = useCallback<Draw>(
    (plot, width) => drawTradeoff(plot, width, { points, measure, cost, point: setPointed }),
    [points, measure, cost],
  );
  const at = points.find(({ run }) => run.setting === pointed);
  const bars = points.some(({ error }) => error !== undefined);
  return (
    <Chart
      title={`${measure.title} against ${cost.title}`}
      reading={`Higher is nearer to dense attention, the line on top; further left costs less. ${series.some(({ floor }) => floor) ? 'The broken line is the floor: slots kept by lot. ' : ''}${bars ? 'A bar is one standard error over the tokens, as if they were drawn independently.' : ''}`}
      caption={caption}
      height={HEIGHT}
      draw={draw}
      legend={<Legend label="Methods" items={series.map(legendItem)} />}
      pointed={
        <p class="pointed">
          {at ? (
            <>
              <strong>{at.run.setting}</strong> {measured(measure, at.run, decode)}; {cost.label} {cost.format(at.x)}.{' '}
              <MethodWords text={at.run.setting} />
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

const legendItem = ({ name, look }: Series): LegendItem => ({
  key: name,
  name,
  colour: `var(--series-${look.colour})`,
  shape: look.ring ? 'ring' : 'dot',
});

function pointsOf(series: readonly Series[], decode: number, measure: MeasureSpec, cost: CostSpec): readonly Point[] {
  return series.flatMap(({ name, look, floor, runs }) =>
    runs.map((run) => ({
      run,
      series: name,
      colour: `var(--series-${look.colour})`,
      ring: look.ring,
      floor,
      x: cost.value(run),
      y: measure.value(run),
      error: measure.error(run, decode),
    })),
  );
}
