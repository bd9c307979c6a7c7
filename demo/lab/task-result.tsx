import type { JSX } from 'preact';
import type { TaskRecord } from 'winnow-llm/bench';
import { AnswerMap } from './answer-map.tsx';
import { TaskTable } from './task-table.tsx';

/** What methods did to the answers to questions. */
export function TaskResult({ record: { runs }, caption }: { record: TaskRecord; caption: string }): JSX.Element {
  if (runs.length === 0) return <p class="card">No question had been answered.</p>;
  return (
    <>
      <TaskTable runs={runs} caption={caption} />
      <div class="charts">
        <AnswerMap runs={runs} caption={caption} />
      </div>
    </>
  );
}
