import { describe, expect, test } from 'vitest';
import { PipelineCache, type PipelineRequest } from '../../../src/gpu/compile.ts';
import { typedConstants } from '../../../src/gpu/wgsl.ts';
import { fakeDevice } from '../../support/fake-device.ts';

const request = (width: number, text = 'fn main() {}'): PipelineRequest => ({
  name: 'test/kernel',
  parts: [{ name: 'test/kernel', text }],
  constants: typedConstants({ WIDTH: 'u32' }, { WIDTH: width }),
  access: ['read', 'read_write'],
});

describe('the cache of pipelines', () => {
  test('compiles what is asked for twice at once only once, and constants apart', async () => {
    const fake = fakeDevice();
    const cache = new PipelineCache(fake.device);
    const [first, second, other] = await Promise.all([
      cache.get(request(1)),
      cache.get(request(1)),
      cache.get(request(2)),
    ]);
    expect(first).toBe(second);
    expect(other).not.toBe(first);
    expect(fake.code).toHaveLength(2);
    expect(first.layout).toBe(other.layout);
    expect(cache.keys).toEqual(['test/kernel|test/kernel|WIDTH=1', 'test/kernel|test/kernel|WIDTH=2']);
    expect(cache.compiled).toEqual([first, other]);
  });

  test('tries again what did not compile, and says where it failed', async () => {
    const fake = fakeDevice();
    const cache = new PipelineCache(fake.device);
    fake.refuse = 'no such function';
    await expect(cache.get(request(1, 'a\nb'))).rejects.toMatchObject({
      code: 'shader-compile',
      message: expect.stringContaining('test/kernel:2:5 no such function') as string,
    });
    expect(cache.keys).toEqual([]);
    fake.refuse = undefined;
    await expect(cache.get(request(1, 'a\nb'))).resolves.toMatchObject({
      key: expect.stringMatching(/^test.kernel.*WIDTH=1$/),
    });
    expect(cache.keys).toHaveLength(1);
  });

  test('knows the features of the device that a pipeline uses', async () => {
    const cache = new PipelineCache(fakeDevice().device);
    const text = 'enable f16;\nenable subgroups;\nrequires subgroup_id;\nfn main() {}';
    expect((await cache.get(request(1, text))).features).toEqual(['shader-f16', 'subgroups']);
    expect((await cache.get(request(2))).features).toEqual([]);
  });
});
