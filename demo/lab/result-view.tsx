import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import { TradeoffChart } from './charts/tradeoff-chart.tsx';
import { captionOf } from './data/caption.ts';
import { COSTS, MEASURES, TIME } from './data/measures.ts';
import { FiguresTable } from './figures-table.tsx';
import { ResultBar } from './result-bar.tsx';
import { changeSettings, settings } from './state/page-settings.ts';
import { shown } from './state/results-state.ts';
import type { Shown } from './state/shown.ts';

/** All that an evaluation found: charts, and every figure. */
export function ResultView(): JSX.Element | null {
  return shown.value ? <Result shown={shown.value} /> : null;
}

function Result({ shown: now }: { shown: Shown }): JSX.Element {
  const { record } = now;
  const { runs, settings: asked, environment } = record;
  const caption = useMemo(() => captionOf(record), [record]);
  const measure = MEASURES.find(({ key }) => key === settings.value.measure) ?? MEASURES[0]!;
  const cost = COSTS.find(({ key }) => key === settings.value.cost) ?? COSTS[0]!;
  return (
    <>
      <ResultBar key={`${record.date} ${now.file ?? ''}`} shown={now} />
      {environment.software && (
        <p class="card warning" role="note">
          <strong>This adapter computes on the CPU: of the times only ratios mean anything.</strong> Loss, divergence
          and bytes are the same on a GPU, within rounding.
        </p>
      )}
      {runs.length === 0 ? (
        <p class="card">
          Dense attention has a loss of {record.dense.nll.toFixed(4)} nats a token on this text.{' '}
          {now.ended === 'running'
            ? 'The first method’s figures appear here when its run ends.'
            : 'No method’s run had ended.'}
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

/** One of a few words. */
function Choice<Key extends string>(props: {
  label: string;
  value: Key;
  options: readonly { readonly key: Key; readonly label: string }[];
  change: (key: Key) => void;
}): JSX.Element {
  const id = `choice-${props.label.toLowerCase()}`;
  return (
    <div class="choice">
      <label class="quiet" for={id}>
        {props.label}
      </label>
      <select
        id={id}
        value={props.value}
        onChange={({ currentTarget }) => {
          const found = props.options.find(({ key }) => key === currentTarget.value);
          if (found) props.change(found.key);
        }}
      >
        {props.options.map(({ key, label }) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}
