import { expect, test } from 'vitest';
import type { Kernel } from '../../../src/gpu/kernel.ts';
import * as exported from '../../../src/kernels/index.ts';

const modules = import.meta.glob<Record<string, unknown>>('../../../src/kernels/*/*.ts', { eager: true });

const kernelsIn = (values: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => (isKernel(value) ? [name] : []));

const isKernel = (value: unknown): value is Kernel =>
  typeof value === 'object' && value !== null && 'spec' in value && 'call' in value;

test('every kernel that is declared is exported, and has a case file', () => {
  const declared = Object.values(modules).flatMap(kernelsIn);
  expect(declared.length).toBeGreaterThan(30);
  expect(new Set(kernelsIn(exported))).toEqual(new Set(declared));
  const covered = new Set(exported.kernelCases.map(({ kernel }) => kernel));
  const uncovered = Object.values(modules).flatMap((values) =>
    Object.values(values).flatMap((value) =>
      isKernel(value) && !covered.has(value.spec.name) ? [value.spec.name] : [],
    ),
  );
  expect(uncovered).toEqual([]);
});
