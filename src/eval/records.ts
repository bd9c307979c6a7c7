/** Evaluations without an engine: settings and tasks as text, what was saved read back, tables of it. For a page's own thread. */

export { buildGrid, buildTask, depths, isAnswer } from './tasks.ts';
export {
  TASK_NAMES,
  type CountTokens,
  type EvalTask,
  type EvalTurn,
  type TaskName,
  type TaskSettings,
} from './task.ts';
export { placeOf, summarise, type Answered, type TaskSummary } from './task-summary.ts';
export { SAMPLE_PROSE } from './prose.ts';
export { describeText, MAX_SAVED_TEXT } from './eval-text.ts';
export { expandSweep } from './sweep.ts';
export { settingText, type EvalSetting } from './setting-text.ts';
export { methodsOf, readSetting, withoutSize } from './read-setting.ts';
export { parseEvalRecord } from './saved-eval.ts';
export { evalCsv, evalMarkdown, taskCsv, taskMarkdown } from './tables.ts';
export type * from './eval-record.ts';
export type { EvalResult, EvalRun, TaskResult, TaskRun } from './eval-result.ts';
