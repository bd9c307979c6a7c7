import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import { captionOf } from './data/caption.ts';
import { LossResult } from './loss-result.tsx';
import { ResultBar } from './result-bar.tsx';
import { shown } from './state/results-state.ts';
import type { Shown } from './state/shown.ts';
import { TaskResult } from './task-result.tsx';

/** All that an evaluation found: charts, and every figure. */
export function ResultView(): JSX.Element | null {
  return shown.value ? <Result shown={shown.value} /> : null;
}

function Result({ shown: now }: { shown: Shown }): JSX.Element {
  const { record } = now;
  const caption = useMemo(() => captionOf(record), [record]);
  return (
    <>
      <ResultBar key={`${record.date} ${now.file ?? ''}`} shown={now} />
      {record.environment.software && (
        <p class="card warning" role="note">
          <strong>This adapter computes on the CPU: of the times only ratios mean anything.</strong> Losses, answers and
          bytes are the same on a GPU, within rounding.
        </p>
      )}
      {record.kind === 'loss' ? (
        <LossResult record={record} caption={caption} running={now.ended === 'running'} />
      ) : (
        <TaskResult record={record} caption={caption} />
      )}
    </>
  );
}
