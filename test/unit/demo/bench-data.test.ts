import { describe, expect, test } from 'vitest';
import { captionOf } from '../../../demo/bench/data/caption.ts';
import { dateWords } from '../../../demo/shared/environment-words.ts';
import { assignColours } from '../../../demo/bench/data/family.ts';
import { formatFigure, formatMicroseconds, formatSpread } from '../../../demo/shared/figures.ts';
import { sortKernels } from '../../../demo/bench/data/kernel-rows.ts';
import { differences, pairsOf } from '../../../src/bench/compare.ts';
import { ProgressEstimate } from '../../../demo/shared/progress-estimate.ts';
import { rooflineData } from '../../../demo/bench/data/roofline.ts';
import { runtimeWords } from '../../../demo/shared/runtime-words.ts';
import { tokenSegments } from '../../../demo/bench/data/token-bars.ts';
import { verdict } from '../../../demo/bench/data/verdict.ts';
import { toCsv } from '../../../src/bench/csv.ts';
import type { BenchResult, KernelResult } from '../../../src/bench/bench-result.ts';
import { benchFixture, ROOFS } from '../../demo/support/bench-fixture.ts';

const kernels = benchFixture({ wrong: true }).kernels ?? [];

describe('roofline', () => {
  const data = rooflineData(ROOFS, kernels);

  test('a point is FLOP per byte and GFLOP/s; what does no arithmetic is counted and left out', () => {
    const head = data?.points.find(({ kernel }) => kernel === 'linear/head');
    expect(head?.intensity).toBeCloseTo(56_623_104 / 30_081_024);
    expect(head?.gigaflops).toBeCloseTo(56_623_104 / 46.8 / 1e3);
    expect(data?.points).toHaveLength(14);
    expect(data?.withoutArithmetic).toBe(3);
  });

  test('the roof rises with the stream rate to the ridge and is flat from there', () => {
    expect(data?.ridge).toBeCloseTo(21_400 / 812);
    for (const { intensity, median, min, max } of data?.roof ?? []) {
      expect(median).toBeCloseTo(Math.min(812 * intensity, 21_400));
      expect(min).toBeLessThanOrEqual(median);
      expect(max).toBeGreaterThanOrEqual(median);
    }
    expect(data?.roof.some(({ intensity }) => intensity === data.ridge)).toBe(true);
  });

  test('every point is within the drawing, and ones bound by their launch are told apart', () => {
    for (const { intensity, gigaflops } of data?.points ?? []) {
      expect(intensity).toBeGreaterThanOrEqual(data?.intensities[0] ?? Number.NaN);
      expect(intensity).toBeLessThanOrEqual(data?.intensities[1] ?? Number.NaN);
      expect(gigaflops).toBeGreaterThanOrEqual(data?.gigaflops[0] ?? Number.NaN);
      expect(gigaflops).toBeLessThanOrEqual(data?.gigaflops[1] ?? Number.NaN);
    }
    const bound = data?.points.filter(({ launchBound }) => launchBound).map(({ kernel }) => kernel);
    expect(bound).toContain('norm/rms-norm');
    expect(bound).not.toContain('linear/head');
  });

  test('without timed kernels, or with a device that measured nothing, there is none', () => {
    expect(rooflineData(ROOFS, [])).toBeUndefined();
    expect(rooflineData({ ...ROOFS, stream: { median: 0, min: 0, max: 0, runs: 5 } }, kernels)).toBeUndefined();
  });
});

describe('a kernel in words', () => {
  const at = (roofShare: number, roof: 'stream' | 'multiply-add' | 'launch'): KernelResult => {
    const base = kernels[0] as KernelResult;
    return { ...base, ...(base.timing && { timing: { ...base.timing, roof, roofShare } }) };
  };
  test.each([
    [at(0.62, 'stream'), 'Good: at 62\u00a0% of what this device can stream'],
    [at(0.8, 'multiply-add'), 'Near the roof: at 80\u00a0% of what this device can multiply and add'],
    [at(0.3, 'launch'), 'Fair: at 30\u00a0% of the speed that one launch allows'],
    [at(0.004, 'stream'), 'Far below the roof: at 0.4\u00a0% of what this device can stream'],
  ])('%#', (result, words) => {
    expect(verdict(result)).toBe(words);
  });
  test('wrong and unsupported', () => {
    expect(verdict({ kernel: 'a', shape: 'b', status: 'wrong', problem: 'y[3] is 1.' })).toBe(
      'Wrong, and so not timed. y[3] is 1.',
    );
    expect(verdict({ kernel: 'a', shape: 'b', status: 'unsupported', problem: 'subgroups' })).toBe(
      'Not run: it needs subgroups',
    );
  });
});

test('kernels sort by every key, wrong ones first and untimed ones last whatever the order', () => {
  for (const key of ['name', 'share', 'time', 'bandwidth', 'arithmetic'] as const) {
    for (const descending of [true, false]) {
      const sorted = sortKernels(kernels, { key, descending });
      expect(sorted[0]?.status).toBe('wrong');
      expect(sorted.at(-1)?.status).toBe('unsupported');
      expect(sorted).toHaveLength(kernels.length);
    }
  }
  const shares = sortKernels(kernels, { key: 'share', descending: true }).flatMap(
    ({ timing }) => timing?.roofShare ?? [],
  );
  expect(shares).toEqual(shares.toSorted((a, b) => b - a));
});

describe('before and after', () => {
  const before = benchFixture();
  const scaled = (factor: number): BenchResult => {
    const model = before.model as NonNullable<BenchResult['model']>;
    const decode = model.decode.map((item) => {
      const { median, min, max, runs } = item.tokensPerSecond;
      return {
        ...item,
        tokensPerSecond: { median: median * factor, min: min * factor, max: max * factor, runs },
      };
    });
    return { ...before, model: { ...model, decode } };
  };
  const decodePair = (factor: number) =>
    pairsOf(before, scaled(factor)).pairs.find(({ name }) => name === 'decode after 128');

  test('a ratio above 1 is a faster later run; inside the spread it says nothing', () => {
    expect(decodePair(1.5)).toMatchObject({ ratio: 1.5, change: 'faster' });
    expect(decodePair(0.5)).toMatchObject({ ratio: 0.5, change: 'slower' });
    expect(decodePair(1.01)).toMatchObject({ change: 'within the spread' });
    const pair = decodePair(1.5);
    expect(pair?.low).toBeCloseTo((1.5 * 0.97) / 1.045);
    expect(pair?.high).toBeCloseTo((1.5 * 1.045) / 0.97);
  });

  test('a time that falls is a speed that rises', () => {
    const kernel = (before.kernels ?? [])[0] as KernelResult;
    const timing = kernel.timing as NonNullable<KernelResult['timing']>;
    const half = { median: 1.3, min: 1.29, max: 1.31, runs: 5 };
    const after = { ...before, kernels: [{ ...kernel, timing: { ...timing, microseconds: half } }] };
    const { pairs, single } = pairsOf(before, after);
    const found = pairs.filter(({ group }) => group === 'kernels');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ ratio: 2, change: 'faster', before: 2.6, after: 1.3, unit: 'µs' });
    expect(single).toBe(16);
  });

  test('figures that would give no ratio are left out', () => {
    const none = { median: 0, min: 0, max: 0, runs: 1 };
    expect(
      pairsOf({ ...before, roofs: { ...ROOFS, stream: none } }, before).pairs.map(({ name }) => name),
    ).not.toContain('stream rate');
  });

  test('what else differs is named', () => {
    expect(differences(before, before)).toEqual([]);
    const other = benchFixture({ commit: 'abc1234', settings: { runs: 3 } });
    expect(differences(before, other)).toEqual(['commit: unknown → abc1234', 'runs: 5 → 3']);
  });
});

describe('a token’s time', () => {
  const time = { history: 0, step: 10, encode: 1, gpu: 6, wait: 3 };
  test('parts follow each other, families stand under the GPU’s part, largest first', () => {
    const segments = tokenSegments({
      ...time,
      families: [
        { family: 'norm', dispatches: 2, milliseconds: 1 },
        { family: 'linear', dispatches: 4, milliseconds: 3 },
        { family: 'decoding', dispatches: 1, milliseconds: -0.1 },
      ],
    });
    expect(segments.map(({ name, start, end }) => [name, start, end])).toEqual([
      ['encode', 0, 1],
      ['GPU', 1, 7],
      ['wait', 7, 10],
      ['linear', 1, 4],
      ['norm', 4, 5],
      ['between kinds', 5, 7],
    ]);
  });
  test('families that overlap leave no rest', () => {
    const segments = tokenSegments({ ...time, families: [{ family: 'linear', dispatches: 4, milliseconds: 7 }] });
    expect(segments.map(({ name }) => name)).not.toContain('between kinds');
  });
});

test('known families keep their colours; others take what is free, and the last one when none is', () => {
  expect([...assignColours(['norm', 'rope', 'linear', 'copy'])]).toEqual([
    ['norm', 3],
    ['rope', 2],
    ['linear', 1],
    ['copy', 4],
  ]);
  const many = assignColours(Array.from({ length: 9 }, (_, index) => `kind ${index}`));
  expect(many.get('kind 8')).toBe(8);
});

describe('words', () => {
  test('the caption has adapter, features, runtime, version and commit, settings and date', () => {
    const { environment, ...rest } = benchFixture({ commit: 'abc1234', settings: { kernels: 'norm' } });
    expect(
      captionOf({ ...rest, environment: { ...environment, software: true, featuresDisabled: ['subgroups'] } }),
    ).toBe(
      'Example GPU 4000 (scripted) (computes on the CPU) · shader-f16, without subgroups · Chrome 156 on Linux · ' +
        'Winnow 0.1.0 (abc1234) · SmolLM2 135M Instruct · prompts 128, 512, 2,048 · histories 128, 1,024, 4,096, 8,000 · ' +
        '64 tokens · kernels with “norm” · median of 5 runs · 24 Nov 2026, 16:22 UTC',
    );
    expect(dateWords('once upon a time')).toBe('once upon a time');
  });

  test.each([
    [0, '0'],
    [0.012345, '0.0123'],
    [12.345, '12.3'],
    [1234.5, '1,230'],
  ])('%d is %s', (value, words) => expect(formatFigure(value)).toBe(words));

  test('times and spreads', () => {
    expect([8.123, 1234, 1.5e6].map(formatMicroseconds)).toEqual(['8.12\u00a0µs', '1.23\u00a0ms', '1.5\u00a0s']);
    expect(formatSpread({ median: 2, min: 1, max: 3, runs: 5 })).toBe('2 (1 to 3)');
    expect(formatSpread({ median: 2, min: 2, max: 2, runs: 1 })).toBe('2');
  });

  test.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36',
      'Chrome 153',
      'Linux',
    ],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/153.0.0.0 Safari/537.36',
      'Headless Chrome 153',
      'Linux',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36 Edg/153.0.0.0',
      'Edge 153',
      'Windows',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
      'Safari 26.1',
      'macOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Mobile Safari/537.36',
      'Chrome 153',
      'Android',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 'Firefox 150', 'Linux'],
    ['curl/8', 'unnamed browser', 'unnamed system'],
  ])('%s', (userAgent, runtime, platform) => expect(runtimeWords(userAgent)).toEqual({ runtime, platform }));
});

test('CSV has a line for each figure, and nothing in it runs as a formula', () => {
  const result = benchFixture({ wrong: true });
  const evil = { ...(result.kernels?.[0] as KernelResult), shape: '=HYPERLINK("x"), y' };
  const lines = toCsv({ ...result, kernels: [...(result.kernels ?? []), evil] }).split('\r\n');
  expect(lines[0]).toBe('part,name,detail,figure,unit,median,min,max,runs,adapter,runtime,version,date');
  expect(lines.some((line) => line.startsWith('device,stream,,rate,GB/s,812,'))).toBe(true);
  expect(lines.filter((line) => line.startsWith('model,SmolLM2 135M Instruct,history 128,token p'))).toHaveLength(3);
  expect(lines.some((line) => line.includes(',"\'=HYPERLINK(""x""), y",'))).toBe(true);
});

test('the time left comes from the speed of the stage under way, and counts down between steps', () => {
  const estimate = new ProgressEstimate();
  const step = (stage: 'model' | 'kernels', done: number, time: number): void =>
    estimate.add({ stage, label: '', done, total: 10 }, time);
  step('model', 0, 0);
  expect(estimate.millisecondsLeft(500)).toBeUndefined();
  step('model', 2, 4000);
  expect(estimate.millisecondsLeft(4000)).toBe(16_000);
  expect(estimate.millisecondsLeft(5000)).toBe(15_000);
  expect(estimate.millisecondsLeft(20_000)).toBeUndefined(); // the step takes longer than those before it
  step('kernels', 3, 6000);
  expect(estimate.millisecondsLeft(6500)).toBeUndefined(); // another stage, another speed
  step('kernels', 8, 8000);
  expect(estimate.millisecondsLeft(8000)).toBe(800);
});
