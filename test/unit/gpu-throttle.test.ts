import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Throttle } from '../../src/gpu/throttle.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Waits for work that takes `milliseconds`; gives how long the thread rested before it asked. */
async function wait(throttle: Throttle, units: number, milliseconds: number): Promise<number> {
  const started = performance.now();
  let asked = 0;
  const done = throttle.wait(units, async () => {
    asked = performance.now() - started;
    const left = milliseconds - asked;
    if (left > 0) await new Promise<void>((resolve) => setTimeout(resolve, left));
  });
  await vi.runAllTimersAsync();
  await done;
  return asked;
}

test('the thread rests for most of what the last wait of as many units took', async () => {
  const throttle = new Throttle();
  expect(await wait(throttle, 1, 40)).toBe(0);
  expect(await wait(throttle, 1, 40)).toBeCloseTo(34, 0);
  expect(await wait(throttle, 2, 80)).toBeCloseTo(68, 0);
});

test('a rest that was too long is followed by a short one, and then by the right one', async () => {
  const throttle = new Throttle();
  await wait(throttle, 1, 600);
  expect(await wait(throttle, 1, 40)).toBeCloseTo(510, 0);
  const next = await wait(throttle, 1, 40);
  expect(next).toBeLessThan(160);
  await wait(throttle, 1, 40);
  await wait(throttle, 1, 40);
  expect(await wait(throttle, 1, 40)).toBeCloseTo(34, 0);
});

test('short waits are not rested through, and a failure passes', async () => {
  const throttle = new Throttle();
  await wait(throttle, 1, 2);
  expect(await wait(throttle, 1, 2)).toBe(0);
  await expect(throttle.wait(1, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
});
