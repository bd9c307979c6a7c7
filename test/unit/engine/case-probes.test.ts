import { describe, expect, test } from 'vitest';
import { resolveMethods } from '../../../src/engine/memory/resolve-methods.ts';
import { kindsOf } from '../../../src/engine/plan/step-kinds.ts';
import { Lease } from '../../../src/engine/memory/lease.ts';
import { sampled, sampledWithLogProbs, scored, unread } from '../../../src/engine/plan/step-ends.ts';
import { prepareRuntime } from '../../../src/engine/runtime.ts';
import { caseProbe, NOT_COMPARED } from '../../../src/engine/self-test/case-check.ts';
import { LINEAR_KERNELS } from '../../../src/engine/self-test/linear-probe.ts';
import type { MethodOptions } from '../../../src/core/api.ts';
import { METHODS } from '../../../src/methods/registry.ts';
import { Random } from '../../../src/core/rng.ts';
import { pipelineKey } from '../../../src/gpu/compile.ts';
import { dryGpu } from '../../../src/gpu/dry-gpu.ts';
import type { RecordedDispatch } from '../../../src/gpu/plan.ts';
import { requestGpu } from '../../../src/gpu/request.ts';
import { kernelCases } from '../../../src/kernels/cases/kernel-cases.ts';
import { readNetwork } from '../../../src/models/read-network.ts';
import { bytesSource } from '../../../src/weights/byte-source.ts';
import { parseGguf } from '../../../src/weights/gguf.ts';
import { fakeProvider, type FakeAdapter } from '../../support/fake-device.ts';
import { tinyModel } from '../../support/tiny-model.ts';

const ADAPTERS: Readonly<Record<string, FakeAdapter>> = {
  lavapipe: { description: 'llvmpipe', subgroups: [8, 8], languageFeatures: ['packed_4x8_integer_dot_product'] },
  'a CPU without subgroups': { description: 'llvmpipe' },
  'a GPU': { vendor: 'nvidia', features: ['shader-f16'], subgroups: [32, 32] },
};
/** Every method of the registry, as its laws set it. */
const REGISTERED = METHODS.flatMap(({ name, kind, laws }): MethodOptions[] =>
  kind === 'kv' ? [] : laws.map(({ tight }) => ({ [kind === 'cache' ? 'cache' : 'attention']: `${name}:${tight}` })),
);
const COMBINATIONS: readonly MethodOptions[] = [
  {},
  { kv: 'f32' },
  { kv: 'q8' },
  { attention: 'token-select:k=16,scoring=release,theta=0.9' },
  { attention: 'quest:pages=2', kv: 'q8' },
  { attention: 'sliding-window:window=64' },
  { cache: 'h2o:budget=128,budgets=adaptive-per-head', kv: 'q8' },
  { cache: 'keyformer:budget=128', attention: 'quest:pages=2' },
  { cache: 'h2o:budget=128', attention: 'sliding-window:window=64' },
];

/** Everything that a model with four heads in groups of two does, at all lengths and ends, with these methods. */
async function recorded(adapter: FakeAdapter): Promise<Map<string, RecordedDispatch>> {
  // Gate and up of two types run apart; rows of int8 where an adapter has them, beside those of f32 for the V of F16.
  const types = { rest: 'Q4_1', v: 'F16', gate: 'Q8_0' } as const;
  const source = bytesSource(tinyModel({ seed: 84, layers: 1, contextLength: 4096, types }));
  const gguf = await parseGguf(source);
  const graph = readNetwork(gguf);
  const { config } = graph;
  const gpu = await requestGpu({ provider: fakeProvider(adapter) });
  const options = { source, gguf, graph, context: 4096, kv: 'f16' as const, autotune: false };
  const { runtime } = await prepareRuntime({ ...options, activations: 'int8', onProgress: () => {} }, gpu, dryGpu(gpu));
  const found = new Map<string, RecordedDispatch>();
  for (const option of [...COMBINATIONS, ...REGISTERED]) {
    const methods = resolveMethods(option, config);
    // oxlint-disable-next-line no-await-in-loop -- one device
    await runtime.caches.of(methods.kv).grow([64]);
    // oxlint-disable-next-line no-await-in-loop -- one device
    await runtime.sequences.require(new Lease(methods, config), async () => {});
    for (const [rows, phase] of [
      [1, 'decode'],
      [4, 'decode'],
      [40, 'prompt-cut'],
    ] as const)
      for (const length of [64, 4096])
        for (const end of [sampled, sampledWithLogProbs, scored, unread]) {
          const decode = phase === 'decode';
          const parts = Array.from({ length: decode ? rows : 1 }, () => ({ methods, phase, rows: decode ? 1 : rows }));
          const request = {
            rows,
            logitRows: end.words.length === 0 ? 0 : decode ? rows : 1,
            length,
            end,
            kinds: kindsOf(parts),
          };
          const { step, cut } = runtime.plans.record(request, [methods]);
          for (const one of [...step, ...cut]) found.set(pipelineKey(one.dispatch.request), one);
        }
  }
  return found;
}

describe.each(Object.entries(ADAPTERS))('on %s', (_, adapter) => {
  test('every pipeline that a step can have is compared by weights or by a case that runs this very pipeline', async () => {
    const nothing = { buffer: {} as GPUBuffer, offset: 0, byteLength: 0 };
    const pipelines = await recorded(adapter);
    expect(pipelines.size).toBeGreaterThan(50);
    const kernels = new Set([...pipelines.values()].map(({ dispatch }) => dispatch.request.name));
    expect(kernels).toContain('elementwise/silu-mul');
    expect(kernels.has('elementwise/quantize-rows')).toBe(adapter.languageFeatures !== undefined);
    const without: string[] = [];
    for (const [key, { dispatch }] of pipelines) {
      if (LINEAR_KERNELS.has(dispatch.kernel)) continue;
      // oxlint-disable-next-line no-await-in-loop -- cases are loaded once
      const probe = await caseProbe(dispatch);
      if (typeof probe === 'string') {
        without.push(`${key}: ${probe}`);
        continue;
      }
      const { item, shape } = probe;
      const bindings = Object.fromEntries(
        Object.keys(item.kernel.spec.bindings as object).map((name) => [name, nothing]),
      );
      const { request } = item.kernel.call({ ...item.build(shape, new Random(7)), bindings });
      expect(pipelineKey(request)).toBe(key);
    }
    expect(without).toEqual([]);
  });
});

test('kernels that are not compared have cases, so that somebody compares them', () => {
  const known = new Set(kernelCases.map(({ kernel }) => kernel));
  expect(Object.keys(NOT_COMPARED).filter((name) => !known.has(name))).toEqual([]);
});
