/** Tasks on the Lab page, with a scripted evaluation behind it: everything here is the page's own work. */

import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEvalRecord } from '../../src/eval/saved-eval.ts';
import { launch, visitor } from './support/browser.ts';
import { drop } from './support/drop.ts';
import { taskFixture } from './support/eval-fixture.ts';
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

async function open(query = ''): Promise<Page> {
  const { page } = await visitor(browser);
  await page.goto(`${site.url}lab.html${query}`);
  await page.getByRole('button', { name: /^Run the evaluation/ }).waitFor();
  return page;
}
const run = (page: Page): Promise<void> => page.getByRole('button', { name: /^Run the evaluation/ }).click();
const query = (page: Page): string => decodeURIComponent(new URL(page.url()).search);

describe('a task', () => {
  const TASK = '?method=h2o&method=random&budget=64&task=needle&lengths=512&depths=0,0.5,1';
  const cells = (page: Page): Promise<string[]> => page.locator('.answer-map tbody td').allTextContents();

  test('is chosen, with lengths, depths and when it asks; the address follows, and the text goes', async () => {
    const page = await open('?method=h2o&budget=64');
    await page.getByLabel('Measured by').selectOption('needle');
    expect(await page.getByRole('heading', { name: 'Text' }).count()).toBe(0);
    await page.getByLabel('Lengths').fill('300, 200');
    await page.keyboard.press('Tab');
    await page.getByLabel('Depths').fill('1, .5');
    await page.keyboard.press('Tab');
    await page.getByLabel('Question').selectOption('after');
    await page.getByText('needle: contexts of 200, 300 tokens, the fact at 2 depths of each, in a turn').waitFor();
    await page.getByText('then 1 run of methods: 8 questions in all').waitFor();
    expect(query(page)).toBe('?method=h2o&budget=64&task=needle&lengths=200,300&depths=0.5,1&question=after');
    await page.getByLabel('Measured by').selectOption('two-turn');
    await page.getByText('then 1 run of methods: 16 questions in all').waitFor();
    expect(await page.getByLabel('Question').count()).toBe(0);
    expect(query(page)).toBe('?method=h2o&budget=64&task=two-turn&lengths=200,300&depths=0.5,1');
    await page.getByLabel('Measured by').selectOption('loss');
    await page.getByRole('heading', { name: 'Text' }).waitFor();
    await page.context().close();
  });

  test('is judged on what dense attention solves, beside all; every answer is on the map and in the table', async () => {
    const page = await open();
    const { runs, ...record } = taskFixture({ settings: { lengths: [512], depths: [0, 1], methods: ['random'] } });
    const wrong = runs.map((each) => ({
      ...each,
      exact: each.setting === 'dense' ? each.depth === 0 : each.depth > 0,
    }));
    await drop(page, 'task.json', JSON.stringify({ ...record, runs: wrong }));
    await page.getByRole('heading', { name: 'Answers by setting' }).waitFor();
    const rows = await page
      .locator('.figures-table tbody tr')
      .evaluateAll((all) =>
        all.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.lastChild?.textContent ?? '')),
      );
    const texts = (count: number): unknown[] => Array.from({ length: count }, () => expect.any(String));
    expect(rows[0]).toMatchObject(['dense', '1 of 1', ...texts(1), '1 of 2', ...texts(3)]);
    expect(rows[1]).toMatchObject(['random:budget=64', '0 of 1', ...texts(1), '1 of 2', ...texts(3)]);
    expect((await cells(page)).map((text) => text.slice(0, 1))).toEqual(['✓', '✗', '✗', '✓', '✗', '✓', '✗', '✓']);
    await page.getByText('Every question as a table').click();
    expect(await page.locator('.data tbody tr').count()).toBe(8);
    await page.context().close();
  });

  test('has its accuracy against bytes and time, for each length; the address says the measure', async () => {
    const page = await open('?measure=log-prob');
    await drop(page, 'task.json', JSON.stringify(taskFixture()));
    const titles = (): Promise<string[]> => page.locator('.charts h3').allTextContents();
    await page.getByRole('heading', { name: 'Log-probability of the answer against memory' }).first().waitFor();
    await page.getByLabel('Measure', { exact: true }).selectOption('answers');
    expect(await titles()).toEqual([
      ...['512', '1,024'].flatMap((tokens) =>
        ['memory of the cache', 'the time of a token'].map(
          (cost) => `Right answers against ${cost}: ${tokens} tokens, asked before`,
        ),
      ),
      'Every answer by where the fact lies',
    ]);
    expect(query(page)).toBe('');
    const chart = page.locator('.chart').first();
    await chart.locator('[aria-label="h2o:budget=64"]').first().hover();
    await chart.getByText(/^h2o:budget=64 .* % of the questions that dense attention answers; cache held/).waitFor();
    await page.context().close();
  });

  test('a chart of a single setting has marks that can be told apart', async () => {
    const page = await open();
    const record = taskFixture({ settings: { lengths: [512], methods: ['random'], budgets: [64] } });
    await drop(page, 'one.json', JSON.stringify(record));
    const chart = page.locator('.chart').first();
    await chart.getByText('cache held →').waitFor();
    const marks = await chart.locator('svg text').allTextContents();
    const bytes = marks.filter((text) => / [kMG]?B$/.test(text));
    expect(bytes.length).toBeGreaterThan(1);
    expect(new Set(bytes).size).toBe(bytes.length);
    await page.context().close();
  });

  test('has no chart of what its file does not say, or where dense attention answers nothing', async () => {
    const page = await open();
    const { runs, ...record } = taskFixture({ software: true, settings: { lengths: [512] } });
    const charts = page.getByRole('heading', { name: /^Right answers against/ });
    const bare = runs.map(({ kvBytesHeld: _held, msPerToken: _time, ...rest }) => rest);
    for (const [name, some] of [
      ['bare.json', bare],
      ['lost.json', runs.map((each) => ({ ...each, exact: false }))],
    ] as const) {
      await drop(page, name, JSON.stringify({ ...record, runs: some }));
      await page.getByRole('heading', { name }).waitFor();
      expect(await charts.count()).toBe(0);
      expect(await page.getByLabel('Measure', { exact: true }).count()).toBe(0);
    }
    await page.getByText('of the times only ratios mean anything').waitFor();
    await page.context().close();
  });

  test('is saved as JSON that opens again, as CSV, and as a link that asks the same', async () => {
    const page = await open(TASK);
    await run(page);
    await page.getByText('Evaluate again').waitFor();
    const [json] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save JSON' }).click(),
    ]);
    const text = await readFile(await json.path(), 'utf8');
    expect(parseEvalRecord(text)).toMatchObject({ kind: 'task', settings: { task: 'needle', depths: [0, 0.5, 1] } });
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save CSV' }).click(),
    ]);
    expect(await readFile(await csv.path(), 'utf8')).toMatch(
      /^setting,task,question,tokens,depth,exact,logProb,kvBytesHeld,msPerToken\r\ndense,/,
    );
    const shown = await cells(page);
    expect(shown).toHaveLength(9);
    const again = await open();
    await drop(again, 'again.json', text);
    await again.getByRole('heading', { name: 'again.json' }).waitFor();
    expect(await cells(again)).toEqual(shown);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Link copied').waitFor();
    const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    expect([...link.searchParams]).toEqual(expect.arrayContaining([...new URLSearchParams(TASK)]));
    await page.context().close();
    await again.context().close();
  });

  test('stopping keeps the answers that were finished', async () => {
    const page = await open(`${TASK}&seed=7&budget=32,64`);
    await run(page);
    await page.getByText(': point 11').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped before its end').waitFor();
    expect((await cells(page)).filter((text) => /\d/.test(text))).toHaveLength(10);
    expect(page.workers()).toHaveLength(0);
    await page.context().close();
  });
});
