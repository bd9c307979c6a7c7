import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  benchCases,
  measureRoofs,
  prepareRoofs,
  PassTimer,
  type BenchHost,
  type BenchResult,
  type RoofProbe,
  runBench,
} from '../../src/bench/index.ts';
import { fillHistory } from '../../src/engine/measure/fill-history.ts';
import { runtimeOf } from '../../src/engine/engine.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { requestGpu } from '../../src/gpu/request.ts';
import { defineKernel } from '../../src/gpu/kernel.ts';
import { createEngine } from '../../src/index.ts';
import { siluMul } from '../../src/kernels/elementwise/silu-mul.ts';
import siluMulCase from '../../cases/elementwise/silu-mul.case.ts';
import type { AnyKernelCase } from '../../cases/support/kernel-case.ts';
import { tinyEngine } from '../support/tiny-engine.ts';
import { tinyModel } from '../support/tiny-model.ts';

const host: BenchHost = {
  provider: async () => navigator.gpu,
  createEngine,
  environment: { runtime: 'tests', platform: 'tests' },
  memory: async () => null,
};
const engine = { model: new Blob([tinyModel({ contextLength: 512 })]) };
const quick = { prompts: [16, 40], histories: [32, 100], decodeTokens: 4, runs: 2 } as const;

describe('kernels', () => {
  let gpu: Gpu;
  let timer: PassTimer;
  let probe: RoofProbe;
  beforeAll(async () => {
    gpu = await requestGpu({ provider: navigator.gpu });
    timer = new PassTimer(gpu);
    probe = await prepareRoofs(gpu);
  });
  afterAll(() => gpu?.dispose());

  const item: AnyKernelCase = { ...siluMulCase, bench: [{ count: 4096, length: 4096, size: 3 }] };
  const bench = (cases: readonly AnyKernelCase[]) => benchCases(gpu, cases, { timer, probe, filter: '', rounds: 3 });

  test('a right one is timed, and its buffers are given back', async () => {
    const before = gpu.buffers;
    const [result] = await bench([item]);
    expect(result).toMatchObject({ kernel: 'elementwise/silu-mul', shape: '4096 elements', status: 'correct' });
    expect(result!.timing).toMatchObject({ bytes: 12 * 4096, flops: 5 * 4096, microseconds: { runs: 3 } });
    expect(result!.timing!.microseconds.median).toBeGreaterThan(0);
    expect(gpu.buffers).toBe(before);
  });

  test('a wrong one is reported with the element that differs, and never timed', async () => {
    const broken = {
      ...siluMul.spec,
      name: 'elementwise/broken',
      source: siluMul.spec.source.replaceAll('exp(-', 'exp('),
    };
    expect(broken.source).not.toBe(siluMul.spec.source);
    const [result] = await bench([{ ...item, kernel: defineKernel(broken) }]);
    expect(result).toMatchObject({ kernel: 'elementwise/broken', status: 'wrong' });
    expect(result!.problem).toMatch(/^y\[0\] got \S+ want \S+$/);
    expect(result).not.toHaveProperty('timing');
  });

  test('one that does not compile is wrong too', async () => {
    const broken = { ...siluMul.spec, name: 'elementwise/no-wgsl', source: `${siluMul.spec.source}\nnonsense` };
    expect(await bench([{ ...item, kernel: defineKernel(broken) }])).toMatchObject([
      { status: 'wrong', problem: expect.stringContaining('did not compile') },
    ]);
  });

  test('one that the adapter cannot run names what is missing', async () => {
    expect(await bench([{ ...item, missing: () => 'a feature' }])).toMatchObject([
      { status: 'unsupported', problem: 'a feature' },
    ]);
  });

  test('the roofs are positive, and their buffers are given back', async () => {
    const before = gpu.bytes;
    const own = await prepareRoofs(gpu);
    const measured = await measureRoofs(timer, own, 2);
    own.dispose();
    for (const roof of [measured.stream, measured.multiplyAdd, measured.dispatch, measured.roundTrip])
      expect(roof.min).toBeGreaterThan(0);
    expect(gpu.bytes).toBe(before);
  });
});

describe('a model', () => {
  test('has a figure for everything that was asked', async () => {
    const partial: BenchResult[] = [];
    const result = await runBench({
      host,
      engine,
      settings: { ...quick, parts: ['model', 'kernels'], kernels: 'bench/' },
      onPartial: (now) => partial.push(now),
    });
    expect(result).toMatchObject({ format: 'winnow-bench', kernels: [], settings: quick });
    expect(result.roofs).toBeDefined();
    const { prefill, decode, tokenTime, memory, report } = result.model!;
    expect(prefill.map(({ tokens, tokensPerSecond }) => [tokens, tokensPerSecond.runs])).toEqual([
      [16, 2],
      [40, 2],
    ]);
    expect(decode.map(({ history, filled }) => [history, filled])).toEqual([
      [32, true],
      [100, true],
    ]);
    for (const { latencies } of decode) expect(latencies.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(tokenTime.history).toBe(32);
    expect(tokenTime.families.map(({ family }) => family)).toContain('layer.qkv');
    expect(tokenTime.families.reduce((sum, { dispatches }) => sum + dispatches, 0)).toBe(report.perToken.dispatches);
    expect(memory.gpuPeak).toBeGreaterThan(memory.gpuWeights);
    expect(report.model.context).toBe(512);
    // The model alone, then with the roofs, then with the kernels.
    expect(partial.map(({ model, roofs, kernels }) => [model, roofs, kernels].map(Boolean))).toEqual([
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ]);
  });

  test('whose policy observes decoded tokens is measured beside the same cache kept by position', async () => {
    const settings = { ...quick, histories: [32], parts: ['model'] } as const;
    const observing = await runBench({ host, engine: { ...engine, cache: 'h2o:budget=24' }, settings });
    expect(observing.model!.decode).toMatchObject([{ tokensPerSecond: { runs: 2 }, observation: { runs: 2 } }]);
    const random = await runBench({ host, engine: { ...engine, cache: 'random:budget=24' }, settings });
    expect(random.model!.decode[0]).not.toHaveProperty('observation');
  });

  test('whose context is too short for what is asked is refused', async () => {
    await expect(
      runBench({ host, engine, settings: { ...quick, parts: ['model'], histories: [600] } }),
    ).rejects.toMatchObject({ code: 'context-overflow' });
  });

  test('ends at an abort', async () => {
    const abort = new AbortController();
    const run = runBench({
      host,
      engine,
      settings: { ...quick, parts: ['model'] },
      signal: abort.signal,
      onProgress: ({ label }) => {
        if (label.startsWith('round 1')) abort.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: 'aborted' });
  });
});

test('a filled history counts as cached, and is forgotten with another prompt', async () => {
  const filled = await tinyEngine({ contextLength: 512 });
  const conversation = filled.conversation();
  const ids = Array.from({ length: 130 }, (_, i) => i);
  await fillHistory(conversation, ids.slice(0, -1));
  const options = { maxTokens: 3, ignoreEos: true };
  const first = await conversation.generate(ids, options).result;
  expect(first).toMatchObject({ cachedTokens: 129, finish: 'length' });
  // What follows is computed from what was filled in, again and again the same.
  expect((await conversation.generate(ids, options).result).ids).toEqual(first.ids);
  expect((await conversation.generate([7, 8, 9], options).result).cachedTokens).toBe(0);
  await conversation.dispose();
  expect(runtimeOf(filled).sequences.pagesUsed).toBe(0);
  await filled.dispose();
});
