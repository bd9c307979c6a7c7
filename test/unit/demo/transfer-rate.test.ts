import { expect, test } from 'vitest';
import { TransferRate } from '../../../demo/shared/transfer-rate.ts';

test('speed and time left come from the last seconds', () => {
  const rate = new TransferRate();
  rate.add(0, 0);
  rate.add(100, 100);
  expect(rate.bytesPerSecond).toBeUndefined(); // too early to judge
  for (let second = 1; second <= 10; second++) rate.add(second * 1000, second * 1000);
  for (let second = 11; second <= 20; second++) rate.add(10_000 + (second - 10) * 5000, second * 1000);
  expect(rate.bytesPerSecond).toBeCloseTo(5000);
  expect(rate.millisecondsLeft(70_000)).toBeCloseTo(2000);
});

test('a stage that begins again at 0 is judged on its own', () => {
  const rate = new TransferRate();
  rate.add(0, 0);
  rate.add(9_000_000, 1000);
  rate.add(0, 2000);
  expect(rate.bytesPerSecond).toBeUndefined();
  rate.add(1000, 3000);
  expect(rate.bytesPerSecond).toBeCloseTo(1000);
});

test('a stalled transfer has no time left to tell', () => {
  const rate = new TransferRate();
  rate.add(500, 0);
  rate.add(500, 1000);
  expect(rate.bytesPerSecond).toBe(0);
  expect(rate.millisecondsLeft(1000)).toBeUndefined();
});
