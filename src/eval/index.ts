/** What methods do to a text or to answers, measured. It looks into the engine, so it runs on the engine's thread. */

export { evaluate, type EvaluateOptions } from './evaluate.ts';
export { runTasks, type TaskOptions } from './run-tasks.ts';
export { runEval } from './run-eval.ts';
export type { RunEvalOptions } from './eval-tools.ts';
export { recordHead } from './record-head.ts';
export * from './records.ts';
