import { expect, test } from 'vitest';
import { kernelCases } from '../../../src/kernels/cases/kernel-cases.ts';
import { Random } from '../../../src/core/rng.ts';

test('every case calls its kernel with constants of the declared types', async () => {
  const nothing = { buffer: {} as GPUBuffer, offset: 0, byteLength: 0 };
  let calls = 0;
  for (const { load } of kernelCases)
    // oxlint-disable-next-line no-await-in-loop -- one file after another
    for (const item of await load()) {
      // One shape: building them all takes long, and the tests of kernels do.
      const bindings = Object.fromEntries(Object.keys(item.kernel.spec.bindings).map((name) => [name, nothing]));
      const { request } = item.kernel.call({ ...item.build(item.shapes[0], new Random(1)), bindings });
      expect(Object.keys(request.constants)).toEqual(Object.keys(item.kernel.spec.constants));
      calls++;
    }
  expect(calls).toBeGreaterThan(kernelCases.length);
});
