/** What the Lab page does, with a scripted evaluation behind it: everything here is the page's own work. */

import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEvalRecord } from '../../src/eval/saved-eval.ts';
import { launch, visitor, type Size } from './support/browser.ts';
import { drop } from './support/drop.ts';
import { evalFixture } from './support/eval-fixture.ts';
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

async function open(query = '', size: Size = 'desktop'): Promise<Page> {
  const { page } = await visitor(browser, size);
  await page.goto(`${site.url}lab.html${query}`);
  await page.getByRole('button', { name: /^Run the evaluation/ }).waitFor();
  return page;
}
const run = (page: Page): Promise<void> => page.getByRole('button', { name: /^Run the evaluation/ }).click();
async function evaluated(query = ''): Promise<Page> {
  const page = await open(query);
  await run(page);
  await page.getByText('Evaluate again').waitFor();
  return page;
}
const query = (page: Page): string => decodeURIComponent(new URL(page.url()).search);
const rowHeads = (page: Page): Promise<string[]> => page.locator('.figures-table tbody th').allTextContents();
const chipTexts = (page: Page): Promise<string[]> =>
  page
    .getByRole('list', { name: 'Methods that are evaluated' })
    .getByRole('button', { name: /^Change/ })
    .allTextContents();
const SHORT = '?method=f16&method=h2o&method=random&budget=64,128';

describe('methods', () => {
  test('are added, changed and removed; the address follows, and the number of runs', async () => {
    const page = await open(SHORT);
    await page.getByText('dense attention, then 5 runs of methods').waitFor();
    await page.getByRole('button', { name: 'Add tova' }).click();
    await page.getByText('then 7 runs').waitFor();
    await page.getByRole('button', { name: 'Change h2o' }).click();
    await page.getByLabel('Instead of h2o').fill('h2o:budget=170,sinks=2 + q8');
    await page.keyboard.press('Enter');
    expect(await chipTexts(page)).toEqual(
      ['f16', 'h2o:budget=170,sinks=2 + q8', 'random', 'tova'].map((text) => `Change ${text}`),
    );
    await page.getByRole('button', { name: 'Remove random' }).click();
    await page.getByLabel('With parameters').fill('quest:pages=9');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByLabel('Budgets').fill('32');
    await page.keyboard.press('Tab');
    await page.getByText('then 4 runs').waitFor();
    expect(query(page)).toBe(
      '?method=f16&method=h2o:budget=170,sinks=2+++q8&method=tova&method=quest:pages=9&budget=32',
    );
    await page.context().close();
  });

  test('one that cannot be read is refused where it is typed, and what was typed stays', async () => {
    const page = await open(SHORT);
    const field = page.getByLabel('With parameters');
    await field.fill('h3o:budget=4');
    await page.keyboard.press('Enter');
    await page.getByText('There is no method "h3o"').waitFor();
    expect(await field.inputValue()).toBe('h3o:budget=4');
    await field.fill('h2o');
    await page.keyboard.press('Enter');
    await page.getByText('h2o is among them already.').waitFor();
    expect(query(page)).toBe(SHORT);
    await page.context().close();
  });

  test('one that makes no sense at a budget says so, and nothing runs until it is mended', async () => {
    const page = await open(`${SHORT}&method=h2o:budget=3,sinks=4`);
    await page.getByText('Change or remove the methods that cannot be read first.').waitFor();
    expect(await page.locator('.part .field-problem').first().textContent()).toContain('sinks');
    expect(await page.getByRole('button', { name: /^Run the evaluation/ }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Remove h2o:budget=3,sinks=4' }).click();
    expect(await page.getByRole('button', { name: /^Run the evaluation/ }).isDisabled()).toBe(false);
    await page.context().close();
  });

  test('pointing or focusing tells what a method does, with its paper', async () => {
    const page = await open('?method=streaming-llm');
    const about = page.getByRole('region', { name: 'About the method' });
    await page.getByRole('button', { name: 'Add snap-kv' }).hover();
    await about.getByText('Cuts the prompt once').waitFor();
    expect(await about.getByRole('link').getAttribute('href')).toBe('https://arxiv.org/abs/2404.14469');
    await page.getByRole('button', { name: 'Change streaming-llm' }).focus();
    await about.getByText('Keeps the first positions and the newest slots.').waitFor();
    await page.context().close();
  });
});

describe('the text', () => {
  test('a short one is part of the link; a link with it opens it again', async () => {
    const page = await open();
    await page.getByLabel('Paste another over it').fill('It was the best of times.');
    await page.getByText('The text is part of the link.').waitFor();
    const again = await open(new URL(page.url()).search);
    expect(await again.getByLabel('Paste another over it').inputValue()).toBe('It was the best of times.');
    await again.getByRole('button', { name: 'Use the sample again' }).click();
    expect(new URL(again.url()).search).toBe('');
    expect(await again.getByLabel('Paste another over it').inputValue()).toMatch(/^Call me Ishmael/);
    await page.context().close();
    await again.context().close();
  });

  test('a long one is not, and whoever opens the link is told', async () => {
    const page = await open();
    await drop(page, 'book.txt', 'A long book. '.repeat(200));
    await page.getByText('The text is not in the link').waitFor();
    expect(query(page)).toBe('?text-name=book.txt');
    await run(page);
    await page.getByText('The link does not hold the text: it is too long (book.txt).').waitFor();
    const again = await open(new URL(page.url()).search);
    await again.getByText('This link was made with “book.txt”').waitFor();
    await drop(again, 'book.txt', 'A long book. '.repeat(200));
    await expect.poll(() => again.getByText('This link was made with').count()).toBe(0);
    await page.context().close();
    await again.context().close();
  });

  test('a file that is no text is refused, and the text stays', async () => {
    const page = await open();
    await page.getByLabel('Open a text file').setInputFiles({
      name: 'picture.png',
      mimeType: 'image/png',
      buffer: Buffer.from([0x89, 0x50, 0xff, 0xfe, 0x00]),
    });
    await page.getByText('“picture.png” was not opened: it is no text in UTF-8.').waitFor();
    expect(await page.getByLabel('Paste another over it').inputValue()).toMatch(/^Call me Ishmael/);
    await page.context().close();
  });

  test('one that is too short says so, and nothing that was chosen is lost', async () => {
    const page = await open(`${SHORT}&text=short`);
    await run(page);
    await page.getByText('The evaluation ended early').waitFor();
    await page.getByText('Pass other lengths, or a longer text.').waitFor();
    expect(await page.getByLabel('Paste another over it').inputValue()).toBe('short');
    expect(await page.locator('.result-bar').count()).toBe(0);
    await page.context().close();
  });
});

describe('a run', () => {
  test('gets every setting, in a worker that ends with it, and shows charts and figures', async () => {
    const page = await evaluated(`${SHORT}&prefill=100&decode=8&seed=3&mass=on`);
    expect(page.workers()).toHaveLength(0);
    expect(await page.locator('.chart h3').allTextContents()).toEqual([
      'Loss above dense attention against memory of the cache',
      'Loss above dense attention against the time of a token',
    ]);
    expect(await rowHeads(page)).toEqual([
      'dense',
      'f16',
      'h2o:budget=64',
      'h2o:budget=128',
      'random:budget=64',
      'random:budget=128',
    ]);
    const captions = await page.locator('.caption').allTextContents();
    expect(captions).toHaveLength(4); // the bar, two charts, the table
    for (const caption of captions) {
      expect(caption).toMatch(
        /^Example GPU 4000 \(scripted\) · .* · .*Chrome \d+ on Linux · Winnow 0\.1\.0( \([0-9a-f]+.*\))? · SmolLM2/,
      );
      expect(caption).toContain('prefill 100, decode 8 tokens · seed 3 · with a copy of all keys · 24 Nov 2026');
    }
    expect(await page.getByRole('columnheader', { name: 'Attention kept' }).count()).toBe(1);
    await page.context().close();
  });

  test('a smaller set is chosen where the adapter computes on the CPU, and the page says so', async () => {
    const page = await open('?text=software');
    const software = (await page.getByText('this adapter computes on the CPU').count()) > 0;
    await page.getByText(software ? '128 tokens are read, the next 16' : '768 tokens are read, the next 384').waitFor();
    await run(page);
    await page.getByText('of the times only ratios mean anything').waitFor();
    await page.context().close();
  });

  test('stopping keeps what is finished, and another run can follow', async () => {
    const page = await open(`${SHORT}&text=slow`);
    await run(page);
    await page.getByText('random:budget=64: run 3').or(page.getByText('h2o:budget=128: run 3 of 5')).waitFor();
    await page.getByText('50 %').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped before its end').waitFor();
    expect(await rowHeads(page)).toEqual(['dense', 'f16', 'h2o:budget=64']);
    expect(page.workers()).toHaveLength(0);
    await run(page);
    await page.getByText('h2o:budget=128: run 3 of 5').waitFor();
    await page.context().close();
  });

  test('stopping after the dense run leaves its loss, and no empty chart', async () => {
    const page = await open(`${SHORT}&text=dense%20only`);
    await run(page);
    await page.getByText('Dense attention has a loss of 3.1000 nats').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped before its end').waitFor();
    await page.getByText('No method’s run had ended.').waitFor();
    expect(await page.locator('.chart').count()).toBe(0);
    await page.context().close();
  });

  test('a lost device keeps what is finished, and says what to do', async () => {
    const page = await open(`${SHORT}&text=lost`);
    await run(page);
    await page.getByText('The GPU device was lost').waitFor();
    await page.getByText('It failed before its end').waitFor();
    expect(await rowHeads(page)).toEqual(['dense', 'f16', 'h2o:budget=64']);
    await page.context().close();
  });
});

describe('charts and table', () => {
  test('measure and cost are chosen, stand in the address, and are drawn', async () => {
    const page = await evaluated(SHORT);
    await page.getByLabel('Measure', { exact: true }).selectOption('agreement');
    await page.getByLabel('Against', { exact: true }).selectOption('read');
    await page.getByText('Same likeliest token as dense attention against what a token reads of the cache').waitFor();
    expect(query(page)).toBe(`${SHORT}&measure=agreement&cost=read`);
    await page.getByLabel('Measure', { exact: true }).selectOption('loss');
    await page.getByLabel('Against', { exact: true }).selectOption('held');
    expect(query(page)).toBe(SHORT);
    await page.context().close();
  });

  test('the arrow keys go through the dots, and each is told with its figures and its method', async () => {
    const page = await evaluated(`${SHORT}&prefill=256&decode=32`);
    const chart = page.locator('.chart').first();
    await expect.poll(() => chart.locator('circle[role=img]').count()).toBe(5);
    const named = chart.locator('.pointed:is(p)');
    await chart.locator('circle[tabindex="0"]').focus();
    expect(await named.textContent()).toMatch(/^f16 0 ± .* nats a token; cache held 6\.3 MB\. Keys and values in half/);
    await page.keyboard.press('End');
    await expect.poll(() => named.textContent()).toMatch(/^random:budget=128 \+0\.\d+ ± .*Keeps slots by lot/);
    expect(await chart.locator('[stroke-dasharray]').count()).toBeGreaterThan(0);
    await page.context().close();
  });

  test('the table sorts by each column, both ways; dense stays on top', async () => {
    const page = await evaluated(SHORT);
    await page.getByRole('button', { name: 'Above dense' }).click();
    expect((await rowHeads(page)).slice(0, 2)).toEqual(['dense', 'f16']);
    await page.getByRole('button', { name: 'Above dense' }).click();
    expect((await rowHeads(page)).slice(0, 2)).toEqual(['dense', 'random:budget=64']);
    expect(await page.getByRole('columnheader', { name: 'Above dense' }).getAttribute('aria-sort')).toBe('descending');
    await page.getByRole('button', { name: 'Same token' }).click();
    expect((await rowHeads(page)).slice(0, 2)).toEqual(['dense', 'f16']);
    await page.context().close();
  });
});

describe('saved evaluations', () => {
  test('a run is saved as JSON that opens again, as CSV, and as a link that asks for the same', async () => {
    const page = await evaluated(`${SHORT}&decode=8`);
    const download = async (name: string): Promise<{ readonly name: string; readonly text: string }> => {
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
      return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
    };
    const json = await download('Save JSON');
    expect(json.name).toBe('winnow-eval-2026-11-24T16-22.json');
    const record = parseEvalRecord(json.text);
    expect(record.settings).toMatchObject({ decode: 8, budgets: [64, 128], methods: ['f16', 'h2o', 'random'] });
    const csv = await download('Save CSV');
    expect(csv.name).toBe('winnow-eval-2026-11-24T16-22.csv');
    expect(csv.text).toMatch(/^setting,nll,dnll,dnllError,/);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Link copied').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const again = await open(new URL(link).search);
    expect(await chipTexts(again)).toEqual(['Change f16', 'Change h2o', 'Change random']);
    await again.getByText('the next 8 are fed').waitFor();
    await drop(again, json.name, json.text);
    await again.getByRole('heading', { name: json.name }).waitFor();
    expect(await rowHeads(again)).toEqual(await rowHeads(page));
    await page.context().close();
    await again.context().close();
  });

  test.each([
    ['picture.json', '<svg/>', 'expected was JSON text'],
    ['bench.json', '{"format":"winnow-bench"}', 'format is “winnow-bench”; expected was winnow-eval'],
    ['cut.json', JSON.stringify({ ...evalFixture(), runs: 7 }), 'runs is 7; expected was a list'],
  ])('%s is refused, and what is shown stays', async (name, text, words) => {
    const page = await open();
    await drop(page, 'good.json', JSON.stringify(evalFixture()));
    await page.getByRole('heading', { name: 'good.json' }).waitFor();
    await drop(page, name, text);
    await page.getByText(words).waitFor();
    expect(await page.getByRole('heading', { name: 'good.json' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByText(words).count()).toBe(0);
    await page.context().close();
  });

  test('a saved text is text, and figures out of this world break nothing', async () => {
    const { page, context, errors } = await visitor(browser);
    await page.goto(`${site.url}lab.html`);
    await page.getByRole('button', { name: /^Run the evaluation/ }).waitFor();
    const evil = '<img src=x onerror="document.title=\'broken in\'">';
    const record = evalFixture({ settings: { model: evil, text: { name: evil, characters: 1e15 } } });
    const runs = record.runs.map((each, index) => ({
      ...each,
      setting: index === 0 ? evil : each.setting,
      kl: index === 1 ? 1e15 : each.kl,
      kvBytesHeld: index === 2 ? 1e15 : 0,
      msPerToken: 0,
      top1Agreement: 1e9,
    }));
    await drop(page, 'evil.json', JSON.stringify({ ...record, runs: [...runs, runs[3]] }));
    await page.locator('.caption', { hasText: evil }).first().waitFor();
    for (const measure of ['kl', 'agreement', 'loss']) {
      await page.getByLabel('Measure', { exact: true }).selectOption(measure);
      await expect.poll(() => page.locator('.plot svg').count()).toBe(2);
    }
    expect(await page.title()).toContain('Winnow Lab');
    expect(await page.locator('img').count()).toBe(0);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('without WebGPU nothing can be evaluated, but saved evaluations open', async () => {
    const { page, context, errors } = await visitor(browser);
    await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'gpu'));
    await page.goto(`${site.url}lab.html`);
    await page.getByText('This browser does not offer WebGPU.').waitFor();
    expect(await page.getByRole('button', { name: /^Run/ }).count()).toBe(0);
    await drop(page, 'saved.json', JSON.stringify(evalFixture()));
    await page.getByRole('heading', { name: 'saved.json' }).waitFor();
    await page.locator('.plot svg').first().waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });
});

test('focus goes through the page in the order that it is read, and every stop has a name', async () => {
  const page = await open('?method=f16&method=h2o');
  const names: string[] = [];
  for (let step = 0; step < 13; step++) {
    await page.keyboard.press('Tab');
    names.push(
      await page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
        return (label ?? element.textContent).trim();
      }),
    );
  }
  expect(names).toEqual([
    'Skip to the lab',
    expect.stringMatching(/^Model: SmolLM2/),
    'Chat',
    'Lab',
    'Bench',
    'Settings',
    'Colours: system',
    'Change f16',
    'Remove f16',
    'Change h2o',
    'Remove h2o',
    'With parameters',
    '+ Add keyformer',
  ]);
  await page.context().close();
});
