import { describe, expect, test } from 'vitest';
import { Gpu } from '../../../src/gpu/device.ts';
import { fakeDevice } from '../../support/fake-device.ts';

const info = { vendor: 'test', architecture: '', device: '', description: '', isFallbackAdapter: false };
const gpuOf = ({ device }: { readonly device: GPUDevice }): Gpu =>
  new Gpu(device, info as GPUAdapterInfo, [], new Set(), undefined);

describe('checked commands', () => {
  test('reject with what the GPU reported, under a code of its own', async () => {
    const fake = fakeDevice();
    const gpu = gpuOf(fake);
    await expect(gpu.checked('copying', () => fake.raise('validation', 'out of bounds'))).rejects.toMatchObject({
      code: 'command-refused',
      message: expect.stringContaining('copying (out of bounds)') as string,
    });
    await expect(gpu.checked('allocating', () => fake.raise('out-of-memory', 'full'))).rejects.toMatchObject({
      code: 'out-of-memory',
    });
    expect(await gpu.checked('nothing', () => 7)).toBe(7);
  });

  test('that run at once do not take the errors of each other', async () => {
    const fake = fakeDevice();
    const gpu = gpuOf(fake);
    let end: (text: string) => void = () => {};
    const slow = gpu.checked('the slow one', () => new Promise<string>((resolve) => (end = resolve)));
    const wrong = gpu.checked('the wrong one', () => fake.raise('validation', 'out of bounds'));
    const good = gpu.checked('the good one', async () => {
      await Promise.resolve();
      return 'good';
    });
    await expect(wrong).rejects.toThrow('the wrong one');
    end('slow');
    expect(await Promise.all([slow, good])).toEqual(['slow', 'good']);
  });

  test('that throw close their scopes', async () => {
    const fake = fakeDevice();
    const gpu = gpuOf(fake);
    const thrown = gpu.checked('throwing', () => {
      throw new Error('a mistake');
    });
    await expect(thrown).rejects.toThrow('a mistake');
    await expect(gpu.checked('copying', () => fake.raise('validation', 'refused'))).rejects.toThrow(
      'copying (refused)',
    );
  });
});
