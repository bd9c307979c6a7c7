/** Every state of the Bench page, in both sizes and both colour schemes: looked at, measured, and judged by axe. */

import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll } from 'vitest';
import { benchFixture } from './support/bench-fixture.ts';
import { launch } from './support/browser.ts';
import { testStates, type States } from './support/states.ts';
import { serveSite, type Site } from './support/site.ts';

let site: Site;
let browser: Browser;
beforeAll(async () => {
  [site, browser] = await Promise.all([serveSite({ scripted: true }), launch()]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

const run = (page: Page): Promise<void> => page.getByRole('button', { name: /^Run the benchmark/ }).click();
async function open(page: Page, query = ''): Promise<void> {
  await page.goto(`${site.url}bench.html${query}`);
  await page.getByRole('button', { name: /^Run the benchmark/ }).waitFor();
}
async function finished(page: Page, query = ''): Promise<void> {
  await open(page, query);
  await run(page);
  await page.getByText('Measure again').waitFor();
  await page.locator('.plot svg').first().waitFor();
}
const savedFile = (name: string, options?: Parameters<typeof benchFixture>[0]) => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(JSON.stringify(benchFixture(options))),
});

const STATES: States = {
  'first-visit': (page) => open(page),
  'bad-address': async (page) => {
    await open(page, '?runs=many&colour=blue');
    await page.getByText('There is no setting “colour”.').waitFor();
  },
  running: async (page) => {
    await open(page, '?kernels=slow');
    await run(page);
    await page.getByText('5 of 18').waitFor();
    await page.locator('.plot svg').first().waitFor();
  },
  done: (page) => finished(page),
  wrong: (page) => finished(page, '?kernels=wrong&parts=kernels'),
  software: (page) => finished(page, '?kernels=software'),
  lost: async (page) => {
    await open(page, '?kernels=lost');
    await run(page);
    await page.getByText('The benchmark ended early').waitFor();
  },
  refused: async (page) => {
    await open(page);
    await page
      .getByLabel('Open a saved run')
      .setInputFiles({ name: 'page.json', mimeType: 'application/json', buffer: Buffer.from('{"format":"other"}') });
    await page.getByText('This is not a saved run').waitFor();
  },
  compared: async (page) => {
    await finished(page);
    const before = benchFixture({ date: '2026-11-20T10:00:00.000Z', commit: 'aaaaaaa' });
    const slower = JSON.parse(JSON.stringify(before), (key, value: unknown) =>
      key === 'microseconds' ? { median: 11, min: 10.5, max: 11.8, runs: 5 } : value,
    ) as unknown;
    await page.getByLabel('Compare with a saved run').setInputFiles({
      name: 'before.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(slower)),
    });
    await page.getByText('before.json → this run').waitFor();
    await page.locator('.comparison svg[role=img]').waitFor();
  },
  file: async (page) => {
    await open(page);
    await page.getByLabel('Open a saved run').setInputFiles(savedFile('saved.json', { software: true }));
    await page.locator('.plot svg').first().waitFor();
  },
  settings: async (page) => {
    await open(page);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Prompts').fill('1, many');
    await page.keyboard.press('Tab');
    await page.getByText('Prompts must be').waitFor();
  },
};

testStates('bench', STATES, () => browser, { whole: true });
