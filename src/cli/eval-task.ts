/** `winnow eval --task`: whether questions about a context are still answered. */

import type { TaskAsked } from '../eval/eval-record.ts';
import type { EvalSetting } from '../eval/setting-text.ts';
import type { TaskResult, TaskRun } from '../eval/eval-result.ts';
import type { TaskOptions } from '../eval/run-tasks.ts';
import { settingText } from '../eval/setting-text.ts';
import type { TaskName } from '../eval/task.ts';
import { depths as evenDepths, TASK_DEFAULTS } from '../eval/tasks.ts';
import { decimal, wholeNumber } from './option-values.ts';
import type { CliContext, Session } from './session.ts';

export interface TaskFlags {
  readonly task: TaskName;
  readonly lengths?: readonly number[];
  readonly depths?: readonly number[];
  readonly question?: 'before' | 'after';
  readonly seed?: number;
}

/** What is asked, with the defaults of what the flags do not say. */
export const taskAsked = (
  { task, lengths, depths, question, seed }: TaskFlags,
  settings: readonly EvalSetting[],
): TaskAsked => ({
  task,
  lengths: lengths ?? TASK_DEFAULTS.lengths,
  depths: depths ?? TASK_DEFAULTS.depths,
  question: question ?? TASK_DEFAULTS.question,
  methods: settings.map(settingText),
  budgets: [],
  seed: seed ?? TASK_DEFAULTS.seed,
});

/** Reads --depths: one whole number is how many, evenly spaced; anything else are the depths, with commas between. */
export function depthList(text: string): number[] {
  if (/^\d+$/.test(text)) return evenDepths(wholeNumber('--depths', 1, 100)(text));
  return text.split(',').map((part) => decimal('--depths', 0, 1)(part.trim()));
}

/**
 * Asks the questions; `show` is given the result, or what was finished of it before an interruption or a failure.
 * @throws what the run failed with
 */
export async function evalTask(
  { library }: CliContext,
  { engine, signal }: Session,
  { task, lengths, depths, question, seed }: TaskAsked,
  settings: readonly EvalSetting[],
  onProgress: TaskOptions['onProgress'],
  show: (result: TaskResult) => Promise<void>,
): Promise<void> {
  const finished: TaskRun[] = [];
  let result: TaskResult;
  try {
    result = await library.runTasks(engine, {
      task,
      lengths,
      depths,
      question,
      seed,
      settings,
      signal,
      onProgress,
      onRun: (run) => finished.push(run),
    });
  } catch (error) {
    if (finished.length > 0) await show({ task, runs: finished });
    throw error;
  }
  await show(result);
}
