import { describe, expect, it } from 'vitest';
import { histogram, inverse, percentile, scaled, spread, standardError } from '../../../src/bench/statistics.ts';

describe('spread', () => {
  it('gives the middle, the smallest, the largest and how many', () => {
    expect(spread([10, 9, 1])).toEqual({ median: 9, min: 1, max: 10, runs: 3 });
    expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4, runs: 4 });
    expect(spread([7])).toEqual({ median: 7, min: 7, max: 7, runs: 1 });
  });

  it('turns round when a time becomes a rate', () => {
    expect(inverse({ median: 2, min: 1, max: 4, runs: 3 }, 8)).toEqual({ median: 4, min: 2, max: 8, runs: 3 });
    expect(scaled({ median: 2, min: 1, max: 4, runs: 3 }, 1000)).toEqual({
      median: 2000,
      min: 1000,
      max: 4000,
      runs: 3,
    });
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

describe('histogram', () => {
  it('counts every value once, the largest in the last bin', () => {
    expect(histogram([1, 2, 3, 5], 2)).toEqual([
      { from: 1, to: 3, share: 0.5 },
      { from: 3, to: 5, share: 0.5 },
    ]);
  });

  it('has one bin where all are equal, and none where there is nothing', () => {
    expect(histogram([4, 4], 9)).toEqual([{ from: 4, to: 4, share: 1 }]);
    expect(histogram([], 9)).toEqual([]);
  });
});

describe('standardError', () => {
  it('is the scatter of the values over the root of their number', () => {
    expect(standardError([1, 3])).toBeCloseTo(1);
    expect(standardError([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7 / 8));
    expect(standardError([5, 5, 5])).toBe(0);
  });

  it('is not known for fewer than two values', () => {
    expect(standardError([])).toBeUndefined();
    expect(standardError([3])).toBeUndefined();
  });
});
