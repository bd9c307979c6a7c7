import type { EvalProgress, EvalWork, TaskRecord } from './eval-record.ts';
import type { TaskRun } from './eval-result.ts';
import type { EvalTools } from './eval-tools.ts';
import { runTasks } from './run-tasks.ts';
import { settingText } from './setting-text.ts';

/** Asks a task's questions, and tells of progress and of what is finished. */
export async function taskRecord(
  { settings }: Extract<EvalWork, { kind: 'task' }>,
  { engine, head, all, signal, onProgress, onPartial }: EvalTools,
): Promise<TaskRecord> {
  const { task, lengths, depths, question, seed } = settings;
  const recordOf = (runs: readonly TaskRun[]): TaskRecord => ({
    ...head,
    kind: 'task',
    settings: { model: engine.model.name, ...settings },
    runs,
  });
  const finished: TaskRun[] = [];
  const { runs } = await runTasks(engine, {
    task,
    lengths,
    depths,
    question,
    seed,
    settings: all,
    signal,
    onProgress: (point, points, done) =>
      onProgress?.(
        progressOf(
          all.map((setting) => settingText(setting)),
          point,
          points,
          done,
        ),
      ),
    onRun: (run) => {
      finished.push(run);
      onPartial?.(recordOf([...finished]));
    },
  });
  return recordOf(runs);
}

/** Dense attention is asked everything first, then each setting. */
function progressOf(names: readonly string[], point: number, points: number, done: number): EvalProgress {
  const questions = points / (names.length + 1);
  const asked = `question ${(point % questions) + 1} of ${questions}`;
  if (point < questions)
    return { stage: 'dense', label: `dense attention: ${asked}`, done: point + done, total: questions };
  return {
    stage: 'methods',
    label: `${names[Math.floor(point / questions) - 1]}: ${asked}`,
    done: point - questions + done,
    total: points - questions,
  };
}
