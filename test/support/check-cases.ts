import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { checkKernel } from '../../src/kernels/cases/check-kernel.ts';
import { Random } from '../../src/core/rng.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { requestGpu } from '../../src/gpu/request.ts';
import type { Access, ParamType } from '../../src/gpu/kernel.ts';
import type { WgslPart } from '../../src/gpu/wgsl.ts';
import type { AnyKernelCase } from '../../cases/support/kernel-case.ts';
import { sampleOf } from './sample.ts';

/** Case files by their paths, as `import.meta.glob` finds them. */
export type CaseFiles = Readonly<Record<string, { default: AnyKernelCase | readonly AnyKernelCase[] }>>;

/** `family/name` of a case file. */
export const kernelOf = (path: string): string => path.replace(/^.*cases\//, '').replace('.case.ts', '');

/** The tests of kernels: the WGSL declares what the TypeScript does, and every shape gives what its float64 reference gives. */
export function testKernels(files: CaseFiles): void {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await requestGpu({ provider: navigator.gpu });
  });
  afterAll(() => gpu?.dispose());

  for (const [path, module] of Object.entries(files)) {
    const list = Array.isArray(module.default)
      ? (module.default as readonly AnyKernelCase[])
      : [module.default as AnyKernelCase];
    describe(kernelOf(path), () => {
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
        for (const shape of sampleOf(item.shapes, inject('sampling'), item.kernel.spec.source, JSON.stringify))
          test(JSON.stringify(shape), async (context) => {
            const missing = item.missing?.(shape, gpu);
            context.skip(missing !== undefined, missing);
            expect(await checkKernel(gpu, item, shape)).toEqual([]);
          });
    });
  }
}
