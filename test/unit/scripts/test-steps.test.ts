import { expect, test } from 'vitest';
import { check, MINUTE, TestSteps } from '../../../scripts/lib/test-steps.mjs';

test('steps are counted in the order in which they end, and the last line adds them up', async () => {
  const steps = new TestSteps();
  let finish = (): void => {};
  const slow = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const first = steps.run('slow', async () => {
    await slow;
    return { passed: 2, failed: 0, skipped: 1 };
  });
  expect(await steps.run('quick', async () => ({ passed: 1, failed: 0, skipped: 0 }))).toBe(true);
  finish();
  expect(await first).toBe(true);
  const lines = steps.summary.split('\n');
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['quick', 'slow', '3']);
  expect(lines[1]).toMatch(/2 passed, 0 failed, 1 skipped$/);
  expect(lines.at(-1)).toBe('3 passed, 0 failed');
});

test('a step that throws is one failure with its reason, and the next one still runs', async () => {
  const steps = new TestSteps();
  expect(await steps.run('broken', () => Promise.reject(new Error('no disk')))).toBe(false);
  expect(await steps.run('whole', async () => ({ passed: 4, failed: 0, skipped: 0 }))).toBe(true);
  expect(steps.summary).toContain('1 failed (no disk)');
  expect(steps.summary.split('\n').at(-1)).toBe('4 passed, 1 failed');
});

test("a program's exit status is one result", async () => {
  const exit = (code: number) => check('', process.execPath, ['-e', `process.exit(${code})`], MINUTE);
  expect(await exit(0)).toEqual({ passed: 1, failed: 0, skipped: 0 });
  expect(await exit(3)).toEqual({ passed: 0, failed: 1, skipped: 0, problem: 'exit status 3' });
});
