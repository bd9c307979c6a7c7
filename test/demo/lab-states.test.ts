/** Every state of the Lab page, in both sizes and both colour schemes: looked at, measured, and judged by axe. */

import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect } from 'vitest';
import { launch } from './support/browser.ts';
import { evalFixture, taskFixture } from './support/eval-fixture.ts';
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

const run = (page: Page): Promise<void> => page.getByRole('button', { name: /^Run the evaluation/ }).click();
async function open(page: Page, query = ''): Promise<void> {
  await page.goto(`${site.url}lab.html${query}`);
  await page.getByRole('button', { name: /^Run the evaluation/ }).waitFor();
}
const MANY =
  '?method=f16&method=q8&method=h2o&method=streaming-llm&method=quest:recent=16&method=random&budget=64,128,256';
async function finished(page: Page, query = MANY): Promise<void> {
  await open(page, query);
  await run(page);
  await page.getByText('Evaluate again').waitFor();
  await expect.poll(() => page.locator('.plot svg').count()).toBe(2);
}
async function answered(page: Page, query: string): Promise<void> {
  await open(page, query);
  await run(page);
  await page.getByText('Evaluate again').waitFor();
  await page.getByRole('heading', { name: 'Answers by setting' }).waitFor();
}
const savedFile = (name: string, text: string) => ({ name, mimeType: 'application/json', buffer: Buffer.from(text) });

const STATES: States = {
  'first-visit': (page) => open(page),
  'bad-address': async (page) => {
    await open(page, '?decode=many&colour=blue&method=h3o&text-name=book.txt');
    await page.getByText('There is no setting “colour”.').waitFor();
    await page.getByText('This link was made with “book.txt”').waitFor();
  },
  explained: async (page) => {
    await open(page, `${MANY}&method=keyformer:budget=1,sinks=4`);
    await page.getByRole('button', { name: 'Change h2o' }).focus();
    await page.getByRole('link', { name: /^H2O: Heavy-Hitter/ }).waitFor();
  },
  'dense-running': async (page) => {
    await open(page, '?text=dense%20only');
    await run(page);
    await page.getByText('Dense attention has a loss of').waitFor();
  },
  running: async (page) => {
    await open(page, `${MANY}&text=slow`);
    await run(page);
    await page.getByText(/: run 3 of/).waitFor();
    await expect.poll(() => page.locator('.plot svg').count()).toBe(2);
  },
  done: (page) => finished(page),
  agreement: (page) => finished(page, `${MANY}&measure=agreement&cost=read&mass=on&text=software`),
  lost: async (page) => {
    await open(page, '?text=lost');
    await run(page);
    await page.getByText('The evaluation ended early').waitFor();
    await expect.poll(() => page.locator('.plot svg').count()).toBe(2);
  },
  refused: async (page) => {
    await open(page);
    await page.getByLabel('Open a saved evaluation').setInputFiles(savedFile('page.json', '{"format":"other"}'));
    await page.getByText('This file was not taken').waitFor();
  },
  file: async (page) => {
    await open(page);
    const record = evalFixture({ settings: { text: { name: 'a-long-file-name-of-a-text.txt', characters: 120_000 } } });
    await page.getByLabel('Open a saved evaluation').setInputFiles(savedFile('saved.json', JSON.stringify(record)));
    await expect.poll(() => page.locator('.plot svg').count()).toBe(2);
  },
  'task-chosen': async (page) => {
    await open(page, '?task=needle&depths=0,half&question=after');
    await page.getByText('Depths must be').waitFor();
  },
  'task-running': async (page) => {
    await open(page, '?task=kv-retrieval&lengths=512&depths=0,1&seed=7');
    await run(page);
    await page.getByText(': point 11').waitFor();
    await page.getByRole('heading', { name: 'Answers by setting' }).waitFor();
  },
  'task-done': (page) => answered(page, '?task=needle&method=f16&method=h2o&method=random&budget=64,256'),
  'task-points': async (page) => {
    await answered(page, '?task=two-turn&method=h2o&budget=64&lengths=512&depths=0,0.333,1');
    await page.getByText('Every question as a table').click();
  },
  'task-lost': async (page) => {
    await open(page, '?task=passkey&lengths=512&depths=0,1&seed=8');
    await run(page);
    await page.getByText('The evaluation ended early').waitFor();
    await page.getByRole('heading', { name: 'Answers by setting' }).waitFor();
  },
  'task-file': async (page) => {
    await open(page);
    const record = taskFixture({ settings: { lengths: [64], depths: [0.25], methods: ['random'] } });
    const runs = record.runs.map((each) => ({ ...each, exact: false }));
    const text = JSON.stringify({ ...record, runs });
    await page.getByLabel('Open a saved evaluation').setInputFiles(savedFile('saved.json', text));
    await page.getByText('Dense attention answered none').waitFor();
  },
  settings: async (page) => {
    await open(page);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Prefill').fill('0');
    await page.keyboard.press('Tab');
    await page.getByText('Prefill must be').waitFor();
  },
};

testStates('lab', STATES, () => browser, { whole: true });
