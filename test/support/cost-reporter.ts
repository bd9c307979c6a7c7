import type { Reporter, TestCase, TestModule } from 'vitest/node';
import type { CompileCosts } from './count-compiling.ts';

const MOST = 10;
const WIDTH = 160;
/** Tests below it are not worth a line. */
const LEAST_MS = 100;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Prints at the end of a run what it compiled, and which tests took longest. */
export default class CostReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = costLines(modules);
    if (lines.length > 0) process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}

/** What a run compiled, in one line, and its slowest tests, in a line each; nothing of a run that has neither. */
export const costLines = (modules: readonly TestModule[]): string[] => [...compiled(modules), ...slowest(modules)];

function compiled(modules: readonly TestModule[]): string[] {
  const costs = modules.flatMap((module) => (module.meta() as { compiling?: CompileCosts }).compiling ?? []);
  if (costs.length === 0) return [];
  const sum = (key: keyof CompileCosts): number => costs.reduce((total, cost) => total + cost[key], 0);
  return [
    `${sum('pipelines')} pipelines compiled: ${seconds(sum('makingMs'))} until they were made, ${seconds(sum('firstUseMs'))} in submits that used one first`,
  ];
}

function slowest(modules: readonly TestModule[]): string[] {
  const duration = (test: TestCase): number => test.diagnostic()?.duration ?? 0;
  const tests = modules.flatMap((module) =>
    [...module.children.allTests()].filter((test) => duration(test) >= LEAST_MS),
  );
  if (tests.length === 0) return [];
  return [
    'Slowest tests:',
    ...tests
      .toSorted((a, b) => duration(b) - duration(a))
      .slice(0, MOST)
      .map((test) =>
        `${seconds(duration(test)).padStart(9)}  ${test.module.relativeModuleId} > ${test.fullName}`.slice(0, WIDTH),
      ),
  ];
}
