/**
 * What the page needs of evaluations besides running them, from the files that have it: the entry `winnow-llm/bench`
 * would bring the whole engine into the page, which only the worker needs.
 */
export { settingText } from '../../src/bench/eval/setting-text.ts';
export { SAMPLE_PROSE } from '../../src/bench/eval/prose.ts';
export { methodsOf, readSetting, withoutSize } from '../../src/bench/eval/read-setting.ts';
export { parseEvalRecord } from '../../src/bench/eval/saved-eval.ts';
export { evalCsv, taskCsv } from '../../src/bench/eval/tables.ts';
export { describeText, MAX_SAVED_TEXT } from '../../src/bench/eval/eval-text.ts';
export { TASK_NAMES } from '../../src/bench/eval/task.ts';
export { placeOf, summarise, type Answered, type TaskSummary } from '../../src/bench/eval/task-summary.ts';
export { defaultText, METHODS, type AnyMethod } from '../../src/methods/index.ts';
