import { describe, expect, test } from 'vitest';
import { philox4x32, Random, toUnit } from '../../../src/core/rng.ts';
import golden from '../../golden/rng-philox.json';

const numbers = (words: readonly string[]): number[] => words.map(Number);

describe('philox4x32', () => {
  test.each(golden.vectors)('counter $counter, key $key', ({ counter, key, out, u01 }) => {
    const words = philox4x32(numbers(counter), numbers(key));
    expect(words).toEqual(numbers(out));
    words.forEach((word, i) => expect(toUnit(word)).toBeCloseTo(u01[i]!, 10));
  });

  test('words outside 0 to 2^32 - 1 wrap as unsigned', () => {
    expect(philox4x32([-1, -1, -1, -1], [-1, -1])).toEqual(numbers(golden.vectors[1]!.out));
  });
});

describe('toUnit', () => {
  test('stays strictly inside (0, 1), also in f32', () => {
    expect(Math.fround(toUnit(0))).toBe(2 ** -24);
    expect(Math.fround(toUnit(0xffffffff))).toBe(1 - 2 ** -24);
  });

  test('is exact in f32', () => {
    for (let i = 0; i < 1000; i++) {
      const u = toUnit(philox4x32([i, 0, 0, 0], [3, 0])[0]);
      expect(Math.fround(u)).toBe(u);
    }
  });
});

describe('Random', () => {
  test('gives the same numbers for the same seed and others for another', () => {
    const draw = (seed: number): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('next is uniform: the mean, the variance and the tenths of 20,000 numbers', () => {
    const random = new Random(5);
    const values = Array.from({ length: 20_000 }, () => random.next());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.003);
    const tenths = Array.from({ length: 10 }, (_, i) => values.filter((value) => Math.floor(value * 10) === i).length);
    const chiSquare = tenths.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    expect(chiSquare).toBeLessThan(27.9); // 9 degrees of freedom, p = 0.001
  });

  test('normal has mean 0 and variance 1', () => {
    const random = new Random(6);
    const values = Array.from({ length: 20_000 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });

  test('below covers 0 to bound - 1', () => {
    const random = new Random(8);
    const seen = new Set(Array.from({ length: 500 }, () => random.below(7)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});
