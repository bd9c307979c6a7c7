import { expect, test } from 'vitest';
import { divergence, LogitComparison, logSumExp } from '../../../src/bench/logit-comparison.ts';

const row = (...values: number[]): Float32Array => Float32Array.from(values);

test('divergence is that of the definition, and 0 of equal distributions', () => {
  // p = (1/2, 1/4, 1/4), q = (1/4, 1/2, 1/4): KL = 1/2 ln 2 - 1/4 ln 2.
  const p = row(Math.log(2), 0, 0);
  const q = row(0, Math.log(2), 0);
  expect(divergence(p, q)).toBeCloseTo(0.25 * Math.log(2), 6);
  // Logits may be shifted.
  expect(divergence(row(7, 5, 3), row(-1, -3, -5))).toBeCloseTo(0, 12);
  expect(logSumExp(row(1000, 1000))).toBeCloseTo(1000 + Math.log(2), 9);
});

test('a comparison gathers mean, 99th percentile and agreement', () => {
  const comparison = new LogitComparison();
  for (let i = 0; i < 99; i++) comparison.add(row(1, 0), row(1, 0));
  comparison.add(row(1, 0), row(0, 1));
  const { places, kl, klP99, top1Agreement } = comparison.result;
  const one = divergence(row(1, 0), row(0, 1));
  expect(places).toBe(100);
  expect(kl).toBeCloseTo(one / 100, 9);
  expect(klP99).toBeCloseTo(0, 9);
  expect(top1Agreement).toBeCloseTo(0.99, 12);
  // 99 zeros and one: the deviation is 0.1 of it, its root of 100 a tenth of that.
  expect(comparison.result.klError).toBeCloseTo(one / 100, 9);
  comparison.add(row(1, 0), row(0, 1));
  expect(comparison.result.klP99).toBeCloseTo(one, 9);
});
