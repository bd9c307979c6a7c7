/** The built page with the real engine and the real model, as a visitor meets it: one visit after the other. */

import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  accessibilityProblems,
  keepScreenshot,
  launch,
  SCHEMES,
  sidewaysOverflow,
  SIZES,
  visitor,
  type Size,
} from './support/browser.ts';
import { modelFilePresent } from './support/model-file.ts';
import { serveSite, type Site } from './support/site.ts';

const MINUTE = 60_000;
let site: Site;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let errors: string[];
beforeAll(async () => {
  modelFilePresent();
  [site, browser] = await Promise.all([serveSite({ scripted: false }), launch()]);
  ({ page, context, errors } = await visitor(browser));
  context.setDefaultTimeout(8 * MINUTE); // a software adapter decodes about one token a second
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

const message = (): ReturnType<Page['locator']> => page.getByRole('textbox', { name: 'Message' });
const answers = (): ReturnType<Page['locator']> => page.getByRole('article', { name: 'Answer' });
async function ask(text: string): Promise<void> {
  const before = await answers().count();
  await message().fill(text);
  await message().press('Enter');
  await answers().nth(before).waitFor();
}
async function answered(): Promise<string> {
  await answers().last().getByRole('button', { name: 'Regenerate' }).waitFor();
  return (await answers().last().textContent()) ?? '';
}

/** Longer than the cache of 64 slots that it is asked with. */
const LONG_QUESTION = `Here is a shopping list: ${[
  'two loaves of bread, six eggs, a bag of flour, butter, a jar of honey, green apples, red onions',
  'three lemons, fresh basil, black pepper, olive oil, rice, lentils, a bottle of milk and some cheese',
  'two tins of tomatoes, a pound of pasta, oats, raisins, walnuts, dark chocolate and a jar of plum jam',
].join(', ')}. How many lemons are on the list, and which fruit is green?`;

test('one click downloads and loads the default model in a worker', async () => {
  await page.goto(`${site.url}?temperature=0&max-tokens=10`);
  await page.getByRole('button', { name: 'Download and start · 98.4 MB' }).click();
  await page.getByText('From this server.').waitFor();
  await page.getByText('SmolLM2 135M Instruct is ready').waitFor();
  expect(page.workers()).toHaveLength(1);
  await page
    .getByLabel('GPU and memory')
    .getByText(/^\d+\.\d MB on GPU$/)
    .waitFor();
});

test('the answer streams, and has its figures', async () => {
  await ask('What is the capital of France?');
  const lengths = new Set<number>();
  const answer = answers().last();
  await answer.locator('.prose').waitFor();
  while ((await answer.getAttribute('aria-busy')) === 'true') {
    lengths.add((await answer.locator('.prose').textContent())?.length ?? 0);
    await page.waitForTimeout(50);
  }
  expect(lengths.size).toBeGreaterThan(2);
  expect(await answered()).toMatch(/^The capital of France is Paris\..*tok\/s.*first token.*prompt \d+, 0 from cache/s);
});

test('a second turn goes on from the cache', async () => {
  await ask('And of Spain?');
  const text = await answered();
  expect(text).toContain('Madrid');
  expect(Number(/, (\d+) from cache/.exec(text)?.[1])).toBeGreaterThan(20);
});

test('stop ends the answer at once; regenerating at temperature 0 says the same from its beginning', async () => {
  await ask('Count from one to one hundred.');
  const answer = answers().last();
  await answer.locator('.prose').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  expect(await answer.getAttribute('aria-busy')).toBe('false');
  const stopped = ((await answer.locator('.prose').textContent()) ?? '').trim();
  await page.getByRole('button', { name: 'Regenerate' }).click();
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  expect(await answered()).toContain(stopped);
  expect(await answers().count()).toBe(3);
});

test('the next visit starts from storage, with no network, and remembers the conversation', async () => {
  const asked: string[] = [];
  await context.route(/\.gguf/, (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  await page.reload();
  await page.getByText('From this browser’s storage.').waitFor();
  await page
    .getByLabel('GPU and memory')
    .getByText(/MB on GPU$/)
    .waitFor();
  await page.getByText('The capital of France is Paris.').waitFor();
  expect(asked).toEqual([]);
});

test('a second tab loads the same file beside the first', async () => {
  const first = page;
  page = await context.newPage();
  await page.goto(`${site.url}?temperature=0&max-tokens=3&context=128&kv=f32`);
  await page.getByText('is ready').waitFor();
  await ask('Hi');
  expect(await answered()).toContain('ended at the token limit');
  await page.close();
  page = first;
});

test('a switch to h2o with 64 slots: the map shows tokens gone, and the counts say how many', async () => {
  const first = page;
  page = await context.newPage();
  await page.goto(`${site.url}?temperature=0&max-tokens=6&context=512&cache=h2o:budget=64,every=1`);
  await page.getByText('is ready').waitFor();
  await page.getByRole('button', { name: 'Memory', exact: true }).click();
  await page.getByText('From your next message on: h2o:budget=64,every=1.').waitFor();
  await ask(LONG_QUESTION);
  await answered();
  const counts = await page.getByText(/^cache \d+ \/ \d+ slots$/).textContent();
  const [slots, tokens] = /cache (\d+) \/ (\d+)/
    .exec(counts ?? '')!
    .slice(1)
    .map(Number) as [number, number];
  expect(slots).toBeGreaterThan(60);
  expect(slots).toBeLessThanOrEqual(65);
  expect(tokens).toBeGreaterThan(130);
  await page.getByText(/^\d\.\d MB instead of \d\.\d MB$/).waitFor();
  // Sinks stay everywhere; of what lies between them and the newest, every layer has let most go.
  const alphas = await page.locator('.map-area canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: canvas.height }, (_, row) =>
      Array.from({ length: canvas.width }, (__, column) => data[(row * canvas.width + column) * 4 + 3]!),
    );
  });
  expect(alphas).toHaveLength(30);
  for (const row of alphas) {
    expect(row).toHaveLength(tokens);
    expect(row.slice(0, 4)).toEqual([255, 255, 255, 255]);
    expect(row.filter((alpha) => alpha === 0).length).toBeGreaterThan(5);
  }
  const map = page.getByRole('application', { name: /^Memory map/ });
  await map.focus();
  await page.keyboard.press('Home');
  expect(await page.locator('#memory-readout mark').textContent()).toBe('<|im_start|>');
  for (const size of Object.keys(SIZES) as Size[]) {
    await page.setViewportSize(SIZES[size]);
    await page.getByText(/^cache \d+ \/ \d+ slots$/).waitFor();
    await keepScreenshot(page, `chat-real-memory-${size}`);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await sidewaysOverflow(page)).toEqual([]);
  }
  await page.close();
  page = first;
});

test('a file that is no model says so, and the conversation stays', async () => {
  await page.getByRole('button', { name: /^Model:/ }).click();
  await page
    .getByLabel('Choose a .gguf file')
    .setInputFiles({ name: 'page.gguf', mimeType: '', buffer: Buffer.from('<!doctype html>') });
  await page.getByText('page.gguf was not loaded').waitFor();
  await page.getByText('gguf-not-gguf').waitFor();
  expect(await page.getByText('The capital of France is Paris.').count()).toBe(1);
});

test('it looks right on a phone and on a desktop, light and dark', async () => {
  await page.getByRole('button', { name: /^Model:/ }).click();
  await page.getByRole('button', { name: 'Load SmolLM2 135M Instruct' }).click();
  await page
    .getByLabel('GPU and memory')
    .getByText(/MB on GPU$/)
    .waitFor();
  for (const size of Object.keys(SIZES) as Size[]) {
    for (const scheme of SCHEMES) {
      await page.setViewportSize(SIZES[size]);
      await page.emulateMedia({ colorScheme: scheme });
      await keepScreenshot(page, `chat-real-${size}-${scheme}`);
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await sidewaysOverflow(page)).toEqual([]);
    }
  }
  expect(errors).toEqual([]);
});
