import { describe, expect, it, test } from 'vitest';
import { copiesOf } from '../../../src/bench/case-buffers.ts';
import { differences as wrongElements } from '../../../src/kernels/cases/check-kernel.ts';
import { differences, pairsOf } from '../../../src/bench/compare.ts';
import { toCsv } from '../../../src/bench/csv.ts';
import { shapeLabel } from '../../../src/kernels/cases/kernel-case.ts';
import { kernelCases } from '../../../src/kernels/cases/kernel-cases.ts';
import { latenciesOf, neededContext } from '../../../src/bench/model-bench.ts';
import { judge, roofShapes } from '../../../src/bench/roofs.ts';
import { parseResult } from '../../../src/bench/saved-result.ts';
import { checkSettings, DEFAULT_SETTINGS } from '../../../src/bench/settings.ts';
import { benchResult, spreadOf } from './bench-result.ts';

const roofs = {
  stream: spreadOf(100),
  multiplyAdd: spreadOf(1000),
  dispatch: spreadOf(2),
  roundTrip: spreadOf(90),
  streamBytes: 1,
};

describe('a kernel against the roofs', () => {
  it('is held to the one that leaves it the most time', () => {
    // 10 us of streaming, 1 us of arithmetic, 2 us of launch.
    expect(judge(spreadOf(0.02), { bytes: 1e6, flops: 1e6 }, 5, roofs)).toMatchObject({
      microseconds: { median: 20 },
      gigabytesPerSecond: 50,
      gigaflops: 50,
      roof: 'stream',
      roofShare: 0.5,
      rotatedBytes: 5,
    });
    const arithmetic = judge(spreadOf(0.02), { bytes: 1e5, flops: 1e7 }, 5, roofs);
    expect(arithmetic.roof).toBe('multiply-add');
    expect(arithmetic.roofShare).toBeCloseTo(0.5, 12);
    const small = judge(spreadOf(0.02), { bytes: 100, flops: 100 }, 5, roofs);
    expect(small.roof).toBe('launch');
    expect(small.roofShare).toBeCloseTo(0.1, 12);
  });

  it('streams whole rounds of its threads, within the limits of the device', () => {
    for (const software of [false, true])
      for (const limit of [128 * 2 ** 20, 2 ** 28, 2 ** 31]) {
        const limits = { maxBufferSize: limit, maxStorageBufferBindingSize: limit } as GPUSupportedLimits;
        const { bytes, threads, constants } = roofShapes({ software, limits }).stream;
        expect(bytes % (threads * constants.LOADS * 16)).toBe(0);
        expect(bytes).toBeGreaterThanOrEqual(100 * 2 ** 20);
        expect(bytes).toBeLessThanOrEqual(limit);
      }
  });
});

test('copies of buffers exceed the caches, but not the device', () => {
  const MIB = 2 ** 20;
  expect(copiesOf([1024, 16], 64 * MIB, 1024 * MIB)).toBe(1);
  expect(copiesOf([8 * MIB, 8 * MIB], 64 * MIB, 1024 * MIB)).toBe(4);
  expect(copiesOf([8 * MIB, 16], 64 * MIB, 20 * MIB)).toBe(2);
  expect(copiesOf([100 * 1024], 1024 * MIB, 1024 * MIB)).toBe(256);
  expect(copiesOf([500 * MIB], 64 * MIB, 256 * MIB)).toBe(1);
});

describe('latencies', () => {
  it('are the times between arrivals; tokens that come together share the time since the read before', () => {
    expect(latenciesOf([10, 12, 15])).toEqual([2, 3]);
    expect(latenciesOf([0, 8, 8.01, 8.02, 8.03, 10.03])).toEqual([2.0075, 2.0075, 2.0075, 2.0075, 2]);
    expect(latenciesOf([5])).toEqual([]);
  });
});

test('the context holds the longest run, that of the token-time measurement included', () => {
  expect(neededContext({ prompts: [100], histories: [10], decodeTokens: 4 })).toBe(101);
  expect(neededContext({ prompts: [10], histories: [10, 100], decodeTokens: 40 })).toBe(142);
  expect(neededContext({ prompts: [10], histories: [100], decodeTokens: 4 })).toBe(164);
});

test('elements that differ are named, also those that are no numbers', () => {
  expect(wrongElements([1, 2, 3], [1, 2, 3], 0)).toEqual([]);
  expect(wrongElements([1, 2.1, Number.NaN], [1, 2, 3], 1e-3)).toEqual(['[1] got 2.1 want 2', '[2] got NaN want 3']);
  expect(wrongElements([1], [1, 2], 1)).toEqual(['1 elements, want 2']);
});

describe('case files', () => {
  it.each(kernelCases)('$kernel tells the work of each bench shape, and a label of its own', async ({ load }) => {
    const labels = (await load()).flatMap((item) =>
      (item.bench as readonly unknown[]).map((shape) => {
        const { bytes, flops } = item.work!(shape);
        expect(bytes).toBeGreaterThan(0);
        expect(flops).toBeGreaterThanOrEqual(0);
        return shapeLabel(item, shape);
      }),
    );
    expect(new Set(labels).size).toBe(labels.length);
    for (const label of labels) expect(label).not.toBe('');
  });
});

describe('settings', () => {
  it('are taken as they are when they are sane', () => {
    expect(checkSettings(DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS);
  });

  it.each([
    ['parts', []],
    ['prompts', []],
    ['prompts', [0]],
    ['histories', [1.5]],
    ['decodeTokens', 0],
    ['runs', 101],
    ['kernels', 3],
  ])('are refused where %s is %j', (name, value) => {
    expect(() => checkSettings({ ...DEFAULT_SETTINGS, [name]: value })).toThrow(name);
  });
});

describe('a saved run', () => {
  const saved = benchResult(['model', 'kernels']);

  it('is read back as it was', () => {
    expect(parseResult(JSON.stringify(saved))).toEqual(saved);
  });

  it.each([
    ['no JSON', '{', 'JSON text'],
    ['a foreign file', '{"format":"x"}', 'winnow-bench'],
    ['a field of another type', JSON.stringify({ ...saved, date: 5 }), 'date'],
    ['a broken kernel', JSON.stringify({ ...saved, kernels: [{ kernel: 'k' }] }), 'kernels[0].shape'],
  ])('is refused where it is %s', (_, text, words) => {
    expect(() => parseResult(text)).toThrow(words);
  });

  it('becomes comma-separated values that no spreadsheet runs as a formula', () => {
    const lines = toCsv({
      ...saved,
      kernels: [{ ...saved.kernels![0]!, shape: '=1,"2"' }],
    }).split('\r\n');
    expect(lines.at(-1)).toBe('');
    expect(lines.some((line) => line.startsWith(`kernel,linear/project,"'=1,""2""",time,us,10,9,12,5,`))).toBe(true);
    const width = lines[0]!.split(',').length;
    for (const line of lines.slice(1, -5)) expect(line.split(',')).toHaveLength(width);
  });
});

describe('two runs', () => {
  const before = benchResult(['model', 'kernels']);

  it('are compared figure by figure, above 1 where the later is faster', () => {
    const after = {
      ...before,
      model: { ...before.model!, decode: [{ ...before.model!.decode[0]!, tokensPerSecond: spreadOf(80, 76, 82) }] },
    };
    const { pairs, single } = pairsOf(before, after);
    expect(single).toBe(0);
    expect(pairs.find(({ name }) => name === 'decode after 64')).toMatchObject({ ratio: 2, change: 'faster' });
    expect(pairs.find(({ name }) => name.startsWith('linear/project'))).toMatchObject({ ratio: 1, before: 10 });
  });

  it('tell what is not in both, and what differs around them', () => {
    const after = { ...benchResult(['model']), settings: { ...before.settings, runs: 9 } };
    expect(pairsOf(before, after).single).toBe(1);
    expect(differences(before, after)).toEqual(['runs: 5 → 9']);
  });
});
