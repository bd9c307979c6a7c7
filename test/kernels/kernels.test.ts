import { expect, test } from 'vitest';
import { kernelOf, testKernels, type CaseFiles } from '../support/check-cases.ts';

// Two families have files of their own beside this one, so that two processes share the compiling.
testKernels(
  import.meta.glob<CaseFiles[string]>(
    ['../../cases/**/*.case.ts', '!../../cases/attention/**', '!../../cases/linear/**'],
    { eager: true },
  ),
);

test('every kernel has a case file', () => {
  const shaders = Object.keys(import.meta.glob('../../shaders/**/*.wgsl', { query: '?raw' }));
  const kernels = shaders
    .filter((path) => !path.includes('/lib/'))
    .map((path) => /shaders\/(.*)\.wgsl/.exec(path)![1]!);
  const covered = new Set(Object.keys(import.meta.glob('../../cases/**/*.case.ts')).map(kernelOf));
  expect(kernels.filter((kernel) => !covered.has(kernel))).toEqual([]);
});
