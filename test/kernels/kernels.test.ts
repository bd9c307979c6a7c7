import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkKernel } from '../../src/kernels/cases/check-kernel.ts';
import { Random } from '../../src/core/rng.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { requestGpu } from '../../src/gpu/request.ts';
import type { Access, ParamType } from '../../src/gpu/kernel.ts';
import type { WgslPart } from '../../src/gpu/wgsl.ts';
import type { AnyKernelCase } from '../../cases/support/kernel-case.ts';

const cases = import.meta.glob<{ default: AnyKernelCase | readonly AnyKernelCase[] }>('../../cases/**/*.case.ts', {
  eager: true,
});
const shaders = import.meta.glob('../../shaders/**/*.wgsl', { query: '?raw', import: 'default' });

test('every kernel has a case file', () => {
  const kernels = Object.keys(shaders)
    .filter((path) => !path.includes('/lib/'))
    .map((path) => path.replace('../../shaders/', '').replace('.wgsl', ''));
  const covered = new Set(Object.keys(cases).map((path) => path.replace('../../cases/', '').replace('.case.ts', '')));
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
  describe(path.replace('../../cases/', '').replace('.case.ts', ''), () => {
    test('the WGSL declares what the TypeScript declares', () => {
      for (const item of list) {
        const { source, params, bindings, includes } = item.kernel.spec as {
          source: string;
          params: Record<string, ParamType>;
          bindings: Record<string, Access>;
          includes?: (variant: unknown) => readonly WgslPart[];
        };
        // Bindings of a variant may stand in an include.
        const { variant } = item.build(item.shapes[0], new Random(1));
        const text = [source, ...(includes?.(variant) ?? []).map((part) => part.text)].join('\n');
        const fields = /struct Params \{([^}]*)\}/.exec(source)?.[1] ?? '';
        const declaredParams = [...fields.matchAll(/(\w+)\s*:\s*(\w+)/g)].map(([, name, type]) => [name, type]);
        expect(declaredParams).toEqual(Object.entries(params));
        const declaredBindings = [...text.matchAll(/@binding\((\d+)\) var<storage, (\w+)> (\w+)/g)].map(
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
          expect(await checkKernel(gpu, item, shape)).toEqual([]);
        });
  });
}
