import { expect, test } from 'vitest';
import type { TestModule } from 'vitest/node';
import { costLines } from '../../support/cost-reporter.ts';
import type { CompileCosts } from '../../support/count-compiling.ts';

/** A file of tests as a reporter sees it. */
function fileOf(name: string, durations: Readonly<Record<string, number>>, compiling?: CompileCosts): TestModule {
  const module = { relativeModuleId: name };
  const tests = Object.entries(durations).map(([fullName, duration]) => ({
    fullName,
    module,
    diagnostic: () => ({ duration }),
  }));
  return { ...module, meta: () => ({ compiling }), children: { allTests: () => tests } } as unknown as TestModule;
}

test('pipelines and times of all files are added up, and the slowest tests come first', () => {
  const files = [
    fileOf('a.test.ts', { short: 99, long: 2500 }, { pipelines: 3, makingMs: 100, firstUseMs: 4000 }),
    fileOf('b.test.ts', { longest: 61_000 }, { pipelines: 4, makingMs: 200, firstUseMs: 500 }),
    fileOf('c.test.ts', {}),
  ];
  expect(costLines(files)).toEqual([
    '7 pipelines compiled: 0.3 s until they were made, 4.5 s in submits that used one first',
    'Slowest tests:',
    '   61.0 s  b.test.ts > longest',
    '    2.5 s  a.test.ts > long',
  ]);
});

test('ten tests at most, in lines that end, and nothing where there is nothing to say', () => {
  const names = Array.from({ length: 30 }, (_, i) => [`${i} ${'x'.repeat(300)}`, 200 + i] as const);
  const lines = costLines([fileOf('a.test.ts', Object.fromEntries(names))]);
  expect(lines).toHaveLength(11);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(160);
  expect(costLines([fileOf('a.test.ts', { short: 5 })])).toEqual([]);
});
