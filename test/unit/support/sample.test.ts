import { describe, expect, test } from 'vitest';
import { describeSampling, readSampling, sampleOf } from '../../support/sample.ts';

const items = Array.from({ length: 20 }, (_, i) => i);
const drawn = (share: number, seed = 1, content = 'kernel'): number[] =>
  sampleOf(items, { share, seed }, content, String);

describe('a sample', () => {
  test('of all is all, in order', () => {
    expect(drawn(1)).toEqual(items);
  });

  test('has its share, rounded up, begins with the first and keeps the order', () => {
    for (const share of [0.01, 0.05, 0.34, 0.9]) {
      const sample = drawn(share);
      expect(sample).toHaveLength(Math.ceil(20 * share));
      expect(sample[0]).toBe(0);
      expect(sample).toEqual(sample.toSorted((a, b) => a - b));
      expect(new Set(sample).size).toBe(sample.length);
    }
    expect(sampleOf([], { share: 0.5, seed: 1 }, '', String)).toEqual([]);
  });

  test('is the same for the same sources, another for another seed or content', () => {
    expect(drawn(0.3)).toEqual(drawn(0.3));
    expect(drawn(0.3, 2)).not.toEqual(drawn(0.3));
    expect(drawn(0.3, 1, 'kernel, changed')).not.toEqual(drawn(0.3));
  });

  test('takes every item for some seed, about equally often', () => {
    const counts = items.map(() => 0);
    for (let seed = 0; seed < 1000; seed++) for (const item of drawn(0.25, seed)) counts[item]!++;
    expect(counts[0]).toBe(1000);
    // 4 of 19 each time: 211 expected, with a deviation of 13.
    for (const count of counts.slice(1)) expect(Math.abs(count - 211)).toBeLessThan(60);
  });
});

describe('the variables', () => {
  test('without them a run takes every case', () => {
    expect(readSampling({})).toEqual({ share: 1, seed: 1 });
    expect(describeSampling(readSampling({}))).toBe('Cases: all');
  });

  test('are read as numbers, and the seed can be repeated from what a run says', () => {
    const sampling = readSampling({ WINNOW_SHARE: '0.35', WINNOW_SEED: '7' });
    expect(sampling).toEqual({ share: 0.35, seed: 7 });
    expect(describeSampling(sampling)).toContain('WINNOW_SEED=7');
  });

  test.each([{ WINNOW_SHARE: '0' }, { WINNOW_SHARE: '1.5' }, { WINNOW_SHARE: 'all' }, { WINNOW_SEED: '0.5' }])(
    'refuse %j',
    (env) => {
      expect(() => readSampling(env)).toThrow(Object.keys(env)[0]!);
    },
  );
});
