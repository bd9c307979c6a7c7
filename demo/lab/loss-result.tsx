import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import type { EvalRun, LossRecord } from 'winnow-llm/eval/records';
import { TradeoffChart } from './charts/tradeoff-chart.tsx';
import { Choice } from './choice.tsx';
import { chartMeasure, COSTS, MEASURES, TIME } from './data/measures.ts';
import { FiguresTable } from './figures-table.tsx';
import { changeSettings, settings } from './state/page-settings.ts';

const readBytes = ({ kvBytesReadPerToken }: EvalRun): number => kvBytesReadPerToken;

/** What methods did to a text: charts against what they save, and every figure. */
export function LossResult(props: { record: LossRecord; caption: string; running: boolean }): JSX.Element {
  const { record, caption } = props;
  const { runs, settings: asked } = record;
  const measure = MEASURES.find(({ key }) => key === settings.value.measure) ?? MEASURES[0]!;
  const charted = useMemo(() => chartMeasure(measure, asked.decode), [measure, asked.decode]);
  const cost = COSTS.find(({ key }) => key === settings.value.cost) ?? COSTS[0]!;
  return runs.length === 0 ? (
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
        <TradeoffChart {...{ runs, cost, caption }} size={readBytes} measure={charted} />
        <TradeoffChart {...{ runs, caption }} size={readBytes} measure={charted} cost={TIME} />
      </div>
      <FiguresTable record={record} caption={caption} />
    </>
  );
}
