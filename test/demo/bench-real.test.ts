/** The built Bench page with the real benchmark, as a visitor meets it: a few quick kernels, and the real model in its shortest setting. */

import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseResult } from '../../src/bench/saved-result.ts';
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

/** Runs the benchmark to its end and gives back what it saves. */
async function measured(page: Page, query: string): Promise<ReturnType<typeof parseResult>> {
  await page.goto(`${site.url}bench.html${query}`);
  await page.getByRole('button', { name: /^Run the benchmark/ }).click();
  await page.getByText('Measure again').waitFor({ timeout: 8 * MINUTE });
  const save = page.getByRole('button', { name: 'Save JSON' });
  const [file] = await Promise.all([page.waitForEvent('download'), save.click()]);
  return parseResult(await readFile(await file.path(), 'utf8'));
}

test('kernels are checked and timed against the roofs of this adapter', async () => {
  const { page, context, errors } = await visitor(browser);
  const result = await measured(page, '?parts=kernels&kernels=norm&runs=1');
  expect(result.settings).toMatchObject({ parts: ['kernels'], kernels: 'norm', runs: 1 });
  expect(result.roofs?.stream.median).toBeGreaterThan(0);
  expect(result.kernels?.length).toBeGreaterThan(0);
  expect(result.kernels?.map(({ status }) => status)).not.toContain('wrong');
  await page
    .getByText(/at [\d.]+.% of/)
    .first()
    .waitFor();
  expect(await page.locator('circle[role=img]').count()).toBe(result.kernels?.length);
  if (result.environment.software) {
    expect(await page.getByText('only ratios mean anything').count()).toBe(1);
  }
  await keepScreenshot(page, 'bench-real-kernels', { whole: true });
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(await sidewaysOverflow(page)).toEqual([]);
  expect(errors).toEqual([]);
  await context.close();
});

test('the model is measured in the worker, from the file of this server', async () => {
  modelFilePresent();
  const { page, context, errors } = await visitor(browser);
  const { model } = await measured(page, '?parts=model&prompt=16&history=16&decode=4&runs=1');
  expect(model?.prefill.map(({ tokens }) => tokens)).toEqual([16]);
  expect(model?.decode.map(({ history }) => history)).toEqual([16]);
  expect(model?.decode[0]?.tokensPerSecond.median).toBeGreaterThan(0);
  expect(model?.tokenTime.families.length).toBeGreaterThan(3);
  expect(await page.locator('.plot svg').count()).toBe(4);
  await keepScreenshot(page, 'bench-real-model', { whole: true });
  expect(errors).toEqual([]);
  await context.close();
});
