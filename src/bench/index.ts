/** The benchmark: the same in a page's Worker and in Node. It looks into the engine, so it runs on the engine's thread. */

export { runBench, type BenchOptions } from './run-bench.ts';
export { runKernelBench, benchCases, type KernelBenchOptions } from './kernel-bench.ts';
export { runModelBench, type ModelBenchOptions } from './model-bench.ts';
export { measureRoofs, prepareRoofs, type RoofProbe } from './roofs.ts';
export { PassTimer } from './pass-timer.ts';
export { LogitComparison, type LogitDifference } from './logit-comparison.ts';
export * from './records.ts';
