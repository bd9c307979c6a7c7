/** What the Bench page does, with a scripted benchmark behind it: everything here is the page's own work. */

import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseResult } from '../../src/bench/saved-result.ts';
import type { BenchResult } from '../../src/bench/bench-result.ts';
import { benchFixture } from './support/bench-fixture.ts';
import { launch, visitor, type Size } from './support/browser.ts';
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

/** A new visitor on the page. */
async function open(query = '', size: Size = 'desktop'): Promise<Page> {
  const { page } = await visitor(browser, size);
  await page.goto(`${site.url}bench.html${query}`);
  await page.getByRole('button', { name: /^Run the benchmark/ }).waitFor();
  return page;
}
const run = (page: Page): Promise<void> => page.getByRole('button', { name: /^Run (the benchmark|again)/ }).click();
async function measured(query = '', size: Size = 'desktop'): Promise<Page> {
  const page = await open(query, size);
  await run(page);
  await page.getByText('Measure again').waitFor();
  return page;
}
const rows = (page: Page) => page.locator('.kernel-table tbody tr');
const rowHeads = (page: Page) => page.locator('.kernel-table tbody th').allTextContents();

/** Drops files on the page, as the system would. */
async function drop(page: Page, files: readonly { readonly name: string; readonly text: string }[]): Promise<void> {
  const data = await page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    for (const { name, text } of given) transfer.items.add(new File([text], name));
    return transfer;
  }, files);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  await page.getByText('Drop saved runs').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}
const saved = (name: string, options?: Parameters<typeof benchFixture>[0]) => ({
  name,
  text: JSON.stringify(benchFixture(options)),
});

describe('settings and address', () => {
  test('a link reproduces every setting, and the run gets them', async () => {
    const query = '?parts=kernels&runs=3&kernels=linear&disable=subgroups';
    const page = await open(query);
    await page.getByText('those with “linear” in the name').waitFor();
    expect(new URL(page.url()).search).toBe(query);
    await run(page);
    await page.getByText('Measure again').waitFor();
    const caption = (await page.locator('.chart .caption').first().textContent()) ?? '';
    expect(caption).toContain('kernels with “linear” · median of 3 runs');
    expect(caption).toContain('shader-f16, without subgroups ·');
    expect(caption).not.toContain('prompts');
    await page.context().close();
  });

  test('the panel changes the address; a default leaves it', async () => {
    const page = await open('?runs=7');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Prompts').fill('512, 64');
    await page.getByLabel('Only those').fill('norm');
    await page.getByLabel('Kernels one by one').uncheck();
    expect(new URL(page.url()).search).toBe('?parts=model&prompt=64%2C512&runs=7&kernels=norm');
    await page.getByLabel('Runs').fill('');
    await page.getByLabel('Prompts').fill('');
    await page.getByLabel('Kernels one by one').check();
    expect(new URL(page.url()).search).toBe('?kernels=norm');
    await page.getByRole('button', { name: 'Reset all' }).click();
    expect(new URL(page.url()).search).toBe('');
    await page.context().close();
  });

  test('what the address says wrong is refused in words', async () => {
    const page = await open('?prompt=12,many&runs=3');
    await page.getByText('Prompts must be 1 to 16 whole numbers').waitFor();
    await page.getByText('The address says “12,many”.').waitFor();
    expect(new URL(page.url()).search).toBe('?runs=3');
    await page.context().close();
  });
});

describe('a run', () => {
  test('measures in a worker of its own, shows all charts, and ends the worker', async () => {
    const page = await open();
    await run(page);
    await page.getByText('Measure again').waitFor();
    expect(page.workers()).toHaveLength(0);
    await expect
      .poll(() => page.locator('.chart h3').allTextContents())
      .toEqual([
        'Roofline: every kernel against what this device can do',
        'Decode speed against history',
        'Prompt speed against its length',
        'How long a token takes',
        'Where the time of a token goes',
      ]);
    await expect.poll(() => page.locator('.plot svg').count()).toBe(5);
    await page.context().close();
  });

  test('every picture says where it was taken', async () => {
    const page = await measured();
    const captions = await page.locator('.caption').allTextContents();
    expect(captions).toHaveLength(7); // the run, five charts, the table
    for (const caption of captions) {
      expect(caption).toMatch(
        /^Example GPU 4000 \(scripted\) · shader-f16, subgroups · .*Chrome \d+ on Linux · Winnow 0\.1\.0( \([0-9a-f]+.*\))? · SmolLM2/,
      );
      expect(caption).toContain('prompts 128, 512, 2,048 · histories 128, 1,024, 4,096, 8,000 · 64 tokens');
      expect(caption).toContain('median of 5 runs · 24 Nov 2026, 16:22 UTC');
    }
    await page.context().close();
  });

  test('stopping keeps what is finished, and another run can follow', async () => {
    const page = await open('?kernels=slow');
    await run(page);
    await page.getByText('5 of 18').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped before its end').waitFor();
    expect(await rows(page).count()).toBe(6);
    expect(await page.getByText('488 tok/s').count()).toBe(1);
    expect(page.workers()).toHaveLength(0);
    await run(page);
    await page.getByText('5 of 18').waitFor();
    await page.context().close();
  });

  test('a lost device keeps what is finished, and says what to do', async () => {
    const page = await open('?kernels=lost');
    await run(page);
    await page.getByText('The GPU device was lost').waitFor();
    await page.getByText('It failed before its end').waitFor();
    expect(await rows(page).count()).toBe(6);
    expect(await page.getByRole('button', { name: 'Run again' }).count()).toBe(1);
    await page.context().close();
  });

  test('a model that is not there is named, and another can be chosen', async () => {
    const page = await open('?model=https://models.test/missing.gguf');
    await run(page);
    await page.getByText('There is no file at https://models.test/missing.gguf').waitFor();
    await page.getByText('model-not-found').waitFor();
    await page.getByRole('button', { name: 'Choose another model' }).click();
    await page.getByRole('button', { name: 'Load SmolLM2 135M Instruct' }).click();
    expect(new URL(page.url()).search).toBe('');
    await run(page);
    await page.getByText('Measure again').waitFor();
    await page.context().close();
  });

  test('an adapter that computes on the CPU is said plainly', async () => {
    const page = await measured('?kernels=software');
    await page.getByText('This adapter computes on the CPU: only ratios mean anything.').waitFor();
    await page.context().close();
  });
});

describe('kernels', () => {
  test('a wrong one stands first with the element that differs; one that cannot run names the feature', async () => {
    const page = await measured('?kernels=wrong');
    expect(await rows(page).first().textContent()).toContain('y[1153] is 0.4127, expected 0.4131');
    expect(await rows(page).first().getAttribute('class')).toBe('wrong');
    expect(await rows(page).last().textContent()).toContain('chromium-experimental-subgroup-matrix');
    await page.getByText('1 wrong').waitFor();
    await page.context().close();
  });

  test('the table sorts by each column, both ways', async () => {
    const page = await measured();
    const sortBy = (name: string): Promise<void> => page.getByRole('button', { name }).click();
    const head = (name: string) => page.getByRole('columnheader', { name });
    await sortBy('Time');
    expect(await head('Time').getAttribute('aria-sort')).toBe('descending');
    expect((await rowHeads(page))[0]).toBe('linear/project Q4_1 2048x8192, 512 rows');
    await sortBy('Time');
    expect(await head('Time').getAttribute('aria-sort')).toBe('ascending');
    expect((await rowHeads(page))[0]).toBe('decoding/advance 1 row');
    await sortBy('GFLOP/s');
    expect((await rowHeads(page))[0]).toBe('linear/project Q4_1 2048x8192, 8 rows');
    await sortBy('GB/s');
    expect((await rowHeads(page))[0]).toBe('linear/head Q8_0 49152x576, 1 row');
    await sortBy('Kernel');
    expect((await rowHeads(page))[0]).toMatch(/^attention/);
    await sortBy('Share of its roof');
    expect(await rows(page).first().textContent()).toMatch(
      /Near the roof: at 9\d.% of the speed that one launch allows/,
    );
    await page.context().close();
  });

  test('pointing at a dot names its kernel, and so do the arrow keys', async () => {
    const page = await measured();
    const dots = page.locator('circle[role=img]');
    const named = page.locator('.pointed:is(p)');
    await dots.first().waitFor();
    expect(await page.locator('circle[tabindex="0"]').count()).toBe(1);
    await page.locator('circle[tabindex="0"]').focus();
    const first = await named.textContent();
    expect(first).toMatch(/^norm\/rms-norm · 576 columns, 1 row .*GFLOP\/s.*Near the roof/);
    await page.keyboard.press('ArrowRight');
    const second = await named.textContent();
    expect(second).not.toBe(first);
    await page.keyboard.press('End');
    expect(await named.textContent()).toContain('Q4_1 2048x8192, 512 rows');
    const target = page.getByRole('img', { name: 'linear/project, Q4_1 2048x8192, 8 rows' });
    const box = await target.boundingBox();
    if (!box) throw new Error('The dot is not on the page.');
    await page.mouse.move(box.x + box.width / 2 + 3, box.y + box.height / 2 + 3);
    await expect.poll(() => named.textContent()).toContain('Q4_1 2048x8192, 8 rows');
    await page.context().close();
  });
});

describe('saved runs', () => {
  test('a run is saved as JSON that opens again, and as CSV', async () => {
    const page = await measured();
    const download = async (name: string): Promise<{ readonly name: string; readonly text: string }> => {
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
      return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
    };
    const json = await download('Save JSON');
    expect(json.name).toBe('winnow-bench-2026-11-24T16-22.json');
    const result: BenchResult = parseResult(json.text);
    expect(result.kernels).toEqual(benchFixture().kernels);
    expect(result.environment.runtime).toMatch(/Chrome \d+$/);
    const csv = await download('Save CSV');
    expect(csv.name).toBe('winnow-bench-2026-11-24T16-22.csv');
    expect(csv.text).toMatch(/^part,name,/);
    await drop(page, [json]);
    await page.getByText('Same adapter, settings and versions.').waitFor();
    await page.context().close();
  });

  test('a dropped run is shown; a second one is compared, the earlier first', async () => {
    const page = await open();
    await drop(page, [saved('new.json', { date: '2026-11-24T10:00:00Z', commit: 'bbbbbbb' })]);
    await page.getByRole('heading', { name: 'new.json' }).waitFor();
    await drop(page, [saved('old.json', { date: '2026-11-01T10:00:00Z', commit: 'aaaaaaa' })]);
    await page.getByRole('heading', { name: 'old.json → new.json' }).waitFor();
    await page.getByText('commit: aaaaaaa → bbbbbbb').waitFor();
    await page.locator('.comparison svg[role=img]').waitFor();
    await page.getByRole('button', { name: 'Swap before and after' }).click();
    await page.getByRole('heading', { name: 'new.json → old.json' }).waitFor();
    await page.getByRole('button', { name: 'Close the comparison' }).click();
    expect(await page.locator('.comparison').count()).toBe(0);
    await drop(page, [
      saved('a.json', { date: '2026-11-01T10:00:00Z' }),
      saved('b.json', { date: '2026-11-02T10:00:00Z' }),
    ]);
    await page.getByRole('heading', { name: 'a.json → b.json' }).waitFor();
    await page.context().close();
  });

  test('a run after a saved one is compared with it', async () => {
    const page = await open();
    await drop(page, [saved('old.json', { date: '2026-11-01T10:00:00Z' })]);
    await page.getByRole('heading', { name: 'old.json' }).waitFor();
    await run(page);
    await page.getByRole('heading', { name: 'old.json → this run' }).waitFor();
    await page.getByRole('heading', { name: 'This run', exact: true }).waitFor();
    await page.context().close();
  });

  test.each([
    ['picture.json', '<svg/>', 'expected was JSON text'],
    ['package.json', '{"name":"x"}', 'format is missing; expected was winnow-bench'],
    ['cut.json', JSON.stringify({ ...benchFixture(), roofs: 7 }), 'roofs is 7; expected was an object'],
  ])('%s is refused, and what is shown stays', async (name, text, words) => {
    const page = await open();
    await drop(page, [saved('good.json')]);
    await page.getByRole('heading', { name: 'good.json' }).waitFor();
    await drop(page, [{ name, text }]);
    await page.getByText(words).waitFor();
    expect(await page.getByRole('heading', { name: 'good.json' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByText(words).count()).toBe(0);
    await page.context().close();
  });

  test('a saved text is text: markup in it stays what it is', async () => {
    const page = await open();
    const result = benchFixture();
    const name = '<img src=x onerror="document.title=\'broken in\'">';
    await drop(page, [{ name: 'evil.json', text: JSON.stringify({ ...result, model: { ...result.model, name } }) }]);
    await page.locator('.caption', { hasText: name }).first().waitFor();
    expect(await page.title()).toContain('Winnow Bench');
    expect(await page.locator('img').count()).toBe(0);
    await page.context().close();
  });

  test('without WebGPU nothing can be measured, but saved runs open', async () => {
    const { page, context, errors } = await visitor(browser);
    await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'gpu'));
    await page.goto(`${site.url}bench.html`);
    await page.getByText('This browser does not offer WebGPU.').waitFor();
    expect(await page.getByRole('button', { name: /^Run/ }).count()).toBe(0);
    await drop(page, [saved('saved.json')]);
    await page.getByRole('heading', { name: 'saved.json' }).waitFor();
    await page.locator('.plot svg').first().waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });
});

test('the pages lead to each other', async () => {
  const page = await open('', 'phone');
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  expect(await links.allTextContents()).toEqual(['Chat', 'Lab', 'Bench']);
  expect(await links.last().getAttribute('aria-current')).toBe('page');
  await links.first().click();
  await page.getByRole('button', { name: /^Download and start/ }).waitFor();
  await page.getByRole('link', { name: 'Bench' }).click();
  await page.getByRole('button', { name: /^Run the benchmark/ }).waitFor();
  await page.context().close();
});

test('focus goes through the page in the order that it is read, and every stop has a name', async () => {
  const page = await open();
  const names: string[] = [];
  for (let step = 0; step < 10; step++) {
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
    'Skip to the benchmark',
    expect.stringMatching(/^Model: SmolLM2/),
    'Chat',
    'Lab',
    'Bench',
    'Settings',
    'Colours: system',
    expect.stringMatching(/^Run the benchmark/),
    'Open a saved run…',
    'Change what is measured',
  ]);
  await page.context().close();
});
