import { describe, expect, it } from 'vitest';
import { percentile, spread } from '../../../src/cli/statistics.ts';

describe('spread', () => {
  it('gives the middle, the smallest and the largest', () => {
    expect(spread([10, 9, 1])).toEqual({ median: 9, min: 1, max: 10 });
    expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(spread([7])).toEqual({ median: 7, min: 7, max: 7 });
  });
});

describe('percentile', () => {
  it('gives the nearest rank, also of numbers that sort differently as text', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([50, 95, 99, 100].map((percent) => percentile(values, percent))).toEqual([50, 95, 99, 100]);
    expect(percentile([3], 50)).toBe(3);
    expect(percentile([1, 2], 50)).toBe(1);
    expect(percentile([1, 2], 51)).toBe(2);
  });
});
