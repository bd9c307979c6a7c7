import type { JSX } from 'preact';
import type { LossRecord } from 'winnow-llm/bench';
import { TradeoffChart } from './charts/tradeoff-chart.tsx';
import { Choice } from './choice.tsx';
import { COSTS, MEASURES, TIME } from './data/measures.ts';
import { FiguresTable } from './figures-table.tsx';
import { changeSettings, settings } from './state/page-settings.ts';

/** What methods did to a text: charts against what they save, and every figure. */
export function LossResult(props: { record: LossRecord; caption: string; running: boolean }): JSX.Element {
  const { record, caption } = props;
  const { runs, settings: asked, environment } = record;
  const measure = MEASURES.find(({ key }) => key === settings.value.measure) ?? MEASURES[0]!;
  const cost = COSTS.find(({ key }) => key === settings.value.cost) ?? COSTS[0]!;
  return (
    <>
      {environment.software && (
        <p class="card warning" role="note">
          <strong>This adapter computes on the CPU: of the times only ratios mean anything.</strong> Loss, divergence
          and bytes are the same on a GPU, within rounding.
        </p>
      )}
      {runs.length === 0 ? (
        <p class="card">
          Dense attention has a loss of {record.dense.nll.toFixed(4)} nats a token on this text.{' '}
          {props.running ? 'The first method’s figures appear here when its run ends.' : 'No method’s run had ended.'}
        </p>
      ) : (
        <>
          <div class="view-choice">
            <Choice
              label="Measure"
              value={measure.key}
              options={MEASURES}
              change={(key) => changeSettings({ measure: key === 'loss' ? undefined : key })}
            />
            <Choice
              label="Against"
              value={cost.key}
              options={COSTS}
              change={(key) => changeSettings({ cost: key === 'held' ? undefined : key })}
            />
          </div>
          <div class="charts">
            <TradeoffChart {...{ runs, measure, cost, caption }} decode={asked.decode} />
            <TradeoffChart {...{ runs, measure, caption }} cost={TIME} decode={asked.decode} />
          </div>
          <FiguresTable record={record} caption={caption} />
        </>
      )}
    </>
  );
}
