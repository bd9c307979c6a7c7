import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/core/rng.ts';
import { requestGpu, type Gpu } from '../../src/gpu/device.ts';
import type { Access, ParamType } from '../../src/gpu/kernel.ts';
import type { AnyKernelCase } from '../support/kernel-case.ts';
import { asTypeOf, runKernel } from '../support/run-kernel.ts';

const cases = import.meta.glob<{ default: AnyKernelCase | readonly AnyKernelCase[] }>('./**/*.case.ts', {
  eager: true,
});
const shaders = import.meta.glob('../../shaders/**/*.wgsl', { query: '?raw', import: 'default' });

/** Elements that differ by more than the tolerance, in words. */
function differences(got: ArrayLike<number>, want: ArrayLike<number>, tolerance: number): string[] {
  let squares = 0;
  for (let i = 0; i < want.length; i++) squares += want[i]! ** 2;
  const scale = Math.sqrt(squares / Math.max(1, want.length));
  const wrong: string[] = [];
  for (let i = 0; i < want.length && wrong.length < 5; i++)
    if (!(Math.abs(got[i]! - want[i]!) <= tolerance * (scale + Math.abs(want[i]!))))
      wrong.push(`[${i}] got ${got[i]} want ${want[i]}`);
  return wrong;
}

test('every kernel has a case file', () => {
  const kernels = Object.keys(shaders)
    .filter((path) => !path.includes('/lib/'))
    .map((path) => path.replace('../../shaders/', '').replace('.wgsl', ''));
  const covered = new Set(Object.keys(cases).map((path) => path.replace('./', '').replace('.case.ts', '')));
  expect(kernels.filter((kernel) => !covered.has(kernel))).toEqual([]);
});

/** `npm run test:quick` takes the first shapes of each case. */
const mostShapes = globalThis.process?.env['WINNOW_QUICK'] ? 2 : Infinity;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu({ provider: navigator.gpu });
});
afterAll(() => gpu?.dispose());

for (const [path, module] of Object.entries(cases)) {
  const list = Array.isArray(module.default)
    ? (module.default as readonly AnyKernelCase[])
    : [module.default as AnyKernelCase];
  describe(path.replace('./', '').replace('.case.ts', ''), () => {
    test('the WGSL declares what the TypeScript declares', () => {
      for (const { kernel } of list) {
        const { source, params, bindings } = kernel.spec as {
          source: string;
          params: Record<string, ParamType>;
          bindings: Record<string, Access>;
        };
        const fields = /struct Params \{([^}]*)\}/.exec(source)?.[1] ?? '';
        const declaredParams = [...fields.matchAll(/(\w+)\s*:\s*(\w+)/g)].map(([, name, type]) => [name, type]);
        expect(declaredParams).toEqual(Object.entries(params));
        const declaredBindings = [...source.matchAll(/@binding\((\d+)\) var<storage, (\w+)> (\w+)/g)].map(
          ([, index, access, name]) => [Number(index), name, access],
        );
        expect(declaredBindings).toEqual(Object.entries(bindings).map(([name, access], i) => [i + 1, name, access]));
      }
    });
    for (const item of list)
      for (const shape of item.shapes.slice(0, mostShapes))
        test(JSON.stringify(shape), async (context) => {
          const missing = item.missing?.(shape, gpu);
          context.skip(missing !== undefined, missing);
          const built = item.build(shape, new Random(7));
          const want = item.reference(built, shape) as Record<string, ArrayLike<number>>;
          const outputs = Object.entries(await runKernel(gpu, item, built));
          const typed = Object.fromEntries(
            outputs.map(([name, words]) => [name, asTypeOf(words, built.buffers[name]!)]),
          );
          const got: Readonly<Record<string, ArrayLike<number>>> = item.decode?.(typed, shape) ?? typed;
          expect(Object.keys(want).toSorted()).toEqual(Object.keys(got).toSorted());
          for (const [name, expected] of Object.entries(want)) {
            const values = got[name]!;
            expect(values.length).toBe(expected.length);
            expect(differences(values, expected, item.tolerance), name).toEqual([]);
          }
        });
  });
}
