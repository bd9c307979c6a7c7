/** The benchmark: the same in a page's Worker and in Node. It looks into the engine, so it runs on the engine's thread. */

export { runBench, type BenchOptions } from './run-bench.ts';
export { runKernelBench, benchCases, type KernelBenchOptions } from './kernel-bench.ts';
export { runModelBench, type ModelBenchOptions } from './model-bench.ts';
export { measureRoofs, prepareRoofs, type RoofProbe } from './roofs.ts';
export { PassTimer } from './pass-timer.ts';
export { checkSettings, DEFAULT_SETTINGS, SOFTWARE_SETTINGS } from './settings.ts';
export { toCsv } from './csv.ts';
export { differences, pairsOf, type Pair } from './compare.ts';
export { parseResult } from './saved-result.ts';
export { Mismatch } from './checks.ts';
export { percentile, spread } from './statistics.ts';
export { LogitComparison, type LogitDifference } from './logit-comparison.ts';
export { evaluate, type EvalSetting, type EvaluateOptions } from './eval/evaluate.ts';
export { settingText } from './eval/setting-text.ts';
export { runTasks, type TaskOptions } from './eval/run-tasks.ts';
export type { BenchHost } from './bench-host.ts';
export type * from './bench-result.ts';
export { buildGrid, buildTask, depths, isAnswer } from './eval/tasks.ts';
export {
  TASK_NAMES,
  type CountTokens,
  type EvalTask,
  type EvalTurn,
  type TaskName,
  type TaskSettings,
} from './eval/task.ts';
export { SAMPLE_PROSE } from './eval/prose.ts';
export { expandSweep } from './eval/sweep.ts';
export { evalCsv, evalMarkdown, taskCsv, taskMarkdown } from './eval/tables.ts';
export { runEval, type RunEvalOptions } from './eval/run-eval.ts';
export { parseEvalRecord } from './eval/saved-eval.ts';
export { readSetting, withoutSize } from './eval/read-setting.ts';
export { recordHead } from './eval/record-head.ts';
export type * from './eval/eval-record.ts';
export type { EvalResult, EvalRun, TaskResult, TaskRun } from './eval/eval-result.ts';
