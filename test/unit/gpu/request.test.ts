import { describe, expect, it, vi } from 'vitest';
import { checkSupportIn } from '../../../src/engine/check-support.ts';
import { requestGpu } from '../../../src/gpu/request.ts';

type Ask = () => unknown;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no more of it is used
const provider = (requestAdapter: Ask): GPU => ({ requestAdapter }) as unknown as GPU;
const adapter = (requestDevice: Ask) => ({
  info: { vendor: 'test', architecture: '', device: '', description: '' },
  features: new Set(['subgroups']),
  limits: {
    maxStorageBuffersPerShaderStage: 8,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupStorageSize: 16_384,
  },
  requestDevice,
});
const never = (): Promise<never> => new Promise(() => {});
const throws = (): never => {
  throw new TypeError('broken');
};

const kinds: [string, Ask, RegExp][] = [
  ['gives null', async () => null, /no adapter/],
  ['rejects', () => Promise.reject(new Error('no driver')), /no adapter \(no driver\)/],
  ['throws', throws, /no adapter \(broken\)/],
  ['never answers', never, /requestAdapter\(\) did not answer within 0.02 s/],
];

describe('requestAdapter()', () => {
  it.each(kinds)('that %s is an error with a code', async (_what, ask, text) => {
    await expect(requestGpu({ provider: provider(ask), answerMs: 20 })).rejects.toMatchObject({
      code: 'no-adapter',
      message: expect.stringMatching(text),
    });
  });

  it('that never answers ends with the signal', async () => {
    const signal = AbortSignal.timeout(10);
    await expect(requestGpu({ provider: provider(never), signal })).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('requestDevice()', () => {
  it.each(kinds.slice(1))('that %s is an error with a code', async (_what, ask) => {
    await expect(requestGpu({ provider: provider(async () => adapter(ask)), answerMs: 20 })).rejects.toMatchObject({
      code: 'no-adapter',
      message: expect.stringMatching(/gives no device/),
    });
  });

  it('gives a device too late: it is given back', async () => {
    const destroy = vi.fn();
    const late = (): Promise<unknown> => new Promise((resolve) => setTimeout(() => resolve({ destroy }), 40));
    await expect(requestGpu({ provider: provider(async () => adapter(late)), answerMs: 10 })).rejects.toThrow();
    await vi.waitUntil(() => destroy.mock.calls.length === 1);
  });
});

describe('checkSupport', () => {
  it('tells what there is', async () => {
    const support = await checkSupportIn(async () => provider(async () => adapter(never)));
    expect(support).toMatchObject({
      supported: true,
      problem: undefined,
      adapter: { vendor: 'test', features: ['subgroups'] },
      software: false,
      storage: { kept: false, reason: expect.stringMatching(/no private file system/) },
    });
  });

  it.each(kinds)('tells why there is no engine where requestAdapter() %s', async (_what, ask, text) => {
    const support = await checkSupportIn(async () => provider(ask), { answerMs: 20 });
    expect(support).toMatchObject({ supported: false, problem: { code: 'no-adapter' } });
    expect(support.problem!.message).toMatch(text);
  });

  it('tells that there is no WebGPU, and rejects only for a signal', async () => {
    expect(await checkSupportIn(async () => undefined)).toMatchObject({ problem: { code: 'no-webgpu' } });
    const signal = AbortSignal.timeout(10);
    await expect(checkSupportIn(async () => provider(never), { signal })).rejects.toMatchObject({ code: 'aborted' });
    await expect(checkSupportIn(async () => undefined, { signal: 5 as never })).rejects.toMatchObject({
      code: 'usage-option',
    });
  });
});
