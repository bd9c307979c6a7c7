/** The built Lab page with the real model, as a visitor meets it, in its shortest setting. */

import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LossRecord, TaskRecord } from '../../src/eval/eval-record.ts';
import { parseEvalRecord } from '../../src/eval/saved-eval.ts';
import { accessibilityProblems, keepScreenshot, launch, sidewaysOverflow, visitor } from './support/browser.ts';
import { modelFilePresent } from './support/model-file.ts';
import { serveSite, type Site } from './support/site.ts';

const MINUTE = 60_000;
let site: Site;
let browser: Browser;
beforeAll(async () => {
  [site, browser] = await Promise.all([serveSite({ scripted: false }), launch()]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

test('methods are evaluated in the worker, with the model of this server', async () => {
  modelFilePresent();
  const { page, context, errors } = await visitor(browser);
  await page.goto(`${site.url}lab.html?method=f16&method=streaming-llm&budget=16&prefill=64&decode=4`);
  await page.getByRole('button', { name: /^Run the evaluation/ }).click();
  await page.getByText('Evaluate again').waitFor({ timeout: 8 * MINUTE });
  const save = page.getByRole('button', { name: 'Save JSON' });
  const [file] = await Promise.all([page.waitForEvent('download'), save.click()]);
  const { dense, runs, settings, environment } = parseEvalRecord(
    await readFile(await file.path(), 'utf8'),
  ) as LossRecord;
  expect(settings).toMatchObject({ prefill: 64, decode: 4, text: { name: 'the opening of Moby-Dick' } });
  expect(environment.runtime).toMatch(/Chrome \d+$/);
  expect(dense.nll).toBeGreaterThan(0);
  const [full, cut] = runs;
  expect(runs.map(({ setting }) => setting)).toEqual(['f16', 'streaming-llm:budget=16']);
  // One row at a time is the same arithmetic as many in one step, but for the order of additions.
  expect(Math.abs(full!.dnll)).toBeLessThan(0.01);
  expect(cut!.kl).toBeGreaterThan(full!.kl);
  expect(cut!.slotsReadPerToken).toBeLessThan(20);
  expect(cut!.kvBytesReadPerToken).toBeLessThan(full!.kvBytesReadPerToken);
  expect(cut!.dnllError).toBeGreaterThan(0);
  await expect.poll(() => page.locator('.plot svg').count()).toBe(2);
  await keepScreenshot(page, 'lab-real', { whole: true });
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(await sidewaysOverflow(page)).toEqual([]);
  expect(errors).toEqual([]);
  await context.close();
});

test('a task’s questions are answered in the worker, and what is saved opens again', async () => {
  modelFilePresent();
  const { page, context, errors } = await visitor(browser);
  await page.goto(`${site.url}lab.html?task=passkey&lengths=80&depths=1&method=streaming-llm&budget=16`);
  await page.getByRole('button', { name: /^Run the evaluation/ }).click();
  await page.getByText('Evaluate again').waitFor({ timeout: 8 * MINUTE });
  const save = page.getByRole('button', { name: 'Save JSON' });
  const [file] = await Promise.all([page.waitForEvent('download'), save.click()]);
  const record = parseEvalRecord(await readFile(await file.path(), 'utf8')) as TaskRecord;
  expect(record).toMatchObject({ kind: 'task', settings: { task: 'passkey', lengths: [80], depths: [1] } });
  const [dense, cut] = record.runs;
  expect(record.runs.map(({ setting }) => setting)).toEqual(['dense', 'streaming-llm:budget=16']);
  // The key is the last thing that is said before the question, and too far back for 16 slots.
  expect(dense!.exact).toBe(true);
  expect(cut!.logProb).toBeLessThan(dense!.logProb);
  await keepScreenshot(page, 'lab-real-task', { whole: true });
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(errors).toEqual([]);
  await context.close();
});
