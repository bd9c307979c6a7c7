import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import type { TaskRecord } from 'winnow-llm/eval/records';
import { AnswerCharts } from './answer-charts.tsx';
import { AnswerMap } from './answer-map.tsx';
import { summarise } from 'winnow-llm/eval/records';
import { TaskTable } from './task-table.tsx';

/** What methods did to the answers to questions. */
export function TaskResult({ record: { runs }, caption }: { record: TaskRecord; caption: string }): JSX.Element {
  const summaries = useMemo(() => summarise(runs), [runs]);
  if (runs.length === 0) return <p class="card">No question had been answered.</p>;
  return (
    <>
      <AnswerCharts summaries={summaries} caption={caption} />
      <TaskTable summaries={summaries} caption={caption} />
      <div class="charts">
        <AnswerMap runs={runs} caption={caption} />
      </div>
    </>
  );
}
