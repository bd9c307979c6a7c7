/** What the conversation remembers, what it keeps, and answers compared: the page's own work, with a scripted engine. */

import type { Browser, Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, visitor } from './support/browser.ts';
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

const QUICK = '?model=https://models.test/quick.gguf';
const map = (page: Page): Locator => page.getByRole('application', { name: /^Memory map/ });
const readout = (page: Page): Locator => page.locator('#memory-readout');
const cacheField = (page: Page): Locator => page.getByLabel('Cache', { exact: true });
const count = (page: Page, name: 'memoryReadings' | 'openConversations'): Promise<number> =>
  page.evaluate((key) => Number((window as unknown as Record<string, unknown>)[key] ?? 0), name);
const highlighted = (page: Page): Promise<string> =>
  page.evaluate(() => [...(CSS.highlights.get('pointed') ?? [])].map((range) => (range as Range).toString()).join());

async function ready(query = QUICK): Promise<Page> {
  const { page } = await visitor(browser);
  await page.goto(`${site.url}${query}`);
  await page.getByRole('button', { name: /^Download and start/ }).click();
  await page.getByText('is ready').waitFor();
  return page;
}
async function answered(page: Page, text: string): Promise<Locator> {
  const answers = page.getByRole('article', { name: 'Answer', exact: true });
  const before = await answers.count();
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
  await answers.nth(before).getByRole('button', { name: 'Regenerate' }).waitFor();
  return answers.nth(before);
}
const openPanel = (page: Page): Promise<void> => page.getByRole('button', { name: 'Memory', exact: true }).click();

describe('what it remembers', () => {
  test('it is read while the panel is open, and not when it is closed', async () => {
    const page = await ready();
    await answered(page, 'one two three');
    expect(await count(page, 'memoryReadings')).toBe(0);
    await openPanel(page);
    await page.getByText('cache 11 / 11 slots').waitFor();
    await answered(page, 'four');
    await page.getByText('cache 17 / 17 slots').waitFor();
    await page.getByRole('button', { name: 'Close what it remembers' }).click();
    const readings = await count(page, 'memoryReadings');
    await answered(page, 'five');
    expect(await count(page, 'memoryReadings')).toBe(readings);
    await page.context().close();
  });

  test('it follows an answer that is being written', async () => {
    const page = await ready();
    await openPanel(page);
    await page.getByRole('textbox', { name: 'Message' }).fill('count slowly');
    await page.keyboard.press('Enter');
    await expect.poll(() => count(page, 'memoryReadings'), { timeout: 10_000 }).toBeGreaterThan(1);
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(1);
    await page.context().close();
  });

  test('arrow keys go through tokens and layers, and Enter opens a layer to its heads', async () => {
    const page = await ready(`${QUICK}&cache=h2o:budget=6`);
    await answered(page, 'the quick brown fox jumps');
    await openPanel(page);
    await page.getByText('cache 6 / 15 slots').waitFor();
    await map(page).focus();
    for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
    await expect.poll(() => readout(page).locator('mark').textContent()).toBe(' quick');
    await expect
      .poll(() => readout(page).textContent())
      .toMatch(
        /<\|user\|> the quick brown .*Token 3 of 15 · layer 1: kept by all 3 heads, .* % of the attention · whole model: kept by all 90 heads\./,
      );
    await expect.poll(() => highlighted(page)).toBe('quick');
    await page.keyboard.press('Enter');
    for (const key of ['ArrowDown', 'ArrowDown', 'Shift+ArrowRight']) await page.keyboard.press(key);
    await expect
      .poll(() => readout(page).textContent())
      .toMatch(/Token 13 of 15 · layer 1, head 1: gone · whole model: kept by \d of 90 heads/);
    await expect.poll(() => page.locator('.map-area canvas').getAttribute('height')).toBe('33');
    await page.getByRole('button', { name: 'Close layer 1' }).click();
    await expect.poll(() => page.locator('.map-area canvas').getAttribute('height')).toBe('30');
    await page.context().close();
  });

  test('gone tokens are empty pixels, kept ones are not', async () => {
    const page = await ready(`${QUICK}&cache=h2o:budget=6`);
    await answered(page, 'the quick brown fox jumps');
    await openPanel(page);
    await page.getByText('cache 6 / 15 slots').waitFor();
    const alphas = await page.locator('.map-area canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, 1);
      return Array.from({ length: canvas.width }, (_, column) => data[column * 4 + 3]!);
    });
    expect(alphas).toHaveLength(15);
    expect(alphas.slice(0, 4)).toEqual([255, 255, 255, 255]);
    expect(alphas.filter((alpha) => alpha === 0).length).toBeGreaterThan(4);
    await page.context().close();
  });

  test('a word that is pointed at lights its column; a column that is pointed at lights its word', async () => {
    const page = await ready();
    const answer = await answered(page, 'one two three');
    await openPanel(page);
    await page.getByText('cache 11 / 11 slots').waitFor();
    const said = answer.getByText('You said: one two three');
    const { x, y, height } = (await said.boundingBox())!;
    await page.mouse.move(x + 12, y + height / 2);
    await expect.poll(() => readout(page).locator('mark').textContent()).toBe(' You');
    await expect.poll(() => highlighted(page)).toBe('You');
    expect(await page.locator('.map-column').count()).toBe(1);
    const box = (await page.locator('.map-area canvas').boundingBox())!;
    await page.mouse.move(box.x + box.width / 22, box.y + 5);
    await expect.poll(() => readout(page).locator('mark').textContent()).toBe('<|user|>');
    await expect.poll(() => highlighted(page)).toBe('');
    await page.mouse.move(box.x + (box.width * 3) / 22, box.y + 5);
    await expect.poll(() => highlighted(page)).toBe('one');
    await page.getByRole('button', { name: 'Close what it remembers' }).click();
    await expect.poll(() => highlighted(page)).toBe('');
    await page.context().close();
  });
});

describe('what it keeps', () => {
  test('a switch holds from the next turn on, in a new conversation, and is in the address', async () => {
    const page = await ready();
    expect(await (await answered(page, 'describe the call')).textContent()).toContain('send user:');
    await openPanel(page);
    await page.getByText('In force: everything kept.').waitFor();
    await page.getByText('Exact: every token is kept and read.').waitFor();
    await cacheField(page).selectOption('h2o');
    await page.getByLabel('budget').press('Home');
    await page.getByText('From your next message on: h2o:budget=16.').waitFor();
    await page.getByText(/^h2o is lossy: /).waitFor();
    expect(page.url()).toContain('&cache=h2o:budget=16');
    const answer = await answered(page, 'describe the call again');
    expect(await answer.textContent()).toMatch(/^chat user: describe the call \| assistant: .*h2o:budget=16/s);
    await page.getByText('In force: h2o:budget=16.').waitFor();
    await page.getByText(/^cache 16 \/ \d\d slots$/).waitFor();
    expect(await count(page, 'openConversations')).toBe(1);
    await cacheField(page).selectOption('none');
    await page.getByText('From your next message on: everything kept.').waitFor();
    expect(page.url()).not.toContain('cache=');
    await page.context().close();
  });

  test('what the package refuses is kept as typed, and what held before goes on', async () => {
    const page = await ready(`${QUICK}&cache=h2o:budget=64`);
    await page.getByRole('button', { name: 'Settings' }).click();
    const text = page.getByRole('textbox', { name: 'Cache in full' });
    await text.fill('h2o:budget=64,sinks=80');
    await text.press('Enter');
    await page.getByText(/^Not taken: /).waitFor();
    expect(await text.inputValue()).toBe('h2o:budget=64,sinks=80');
    expect(await text.getAttribute('aria-invalid')).toBe('true');
    expect(page.url()).toContain('&cache=h2o:budget=64');
    expect(page.url()).not.toContain('sinks');
    await text.fill('h2o:budget=96,sinks=80');
    await text.press('Enter');
    await expect.poll(() => page.url()).toContain('&cache=h2o:budget=96,sinks=80');
    expect(await page.getByText(/^Not taken: /).count()).toBe(0);
    await page.context().close();
  });

  test('an impossible combination in the address is told, and stays in the fields', async () => {
    const page = await ready(`${QUICK}&cache=h2o:budget=64&attention=token-select:k=9&kv=q8`);
    await page.getByText('h2o was asked for together with token-select.').waitFor();
    await openPanel(page);
    expect(await cacheField(page).inputValue()).toBe('h2o');
    expect(await page.getByLabel('Attention', { exact: true }).inputValue()).toBe('token-select');
    await page.getByText(/^Not taken: h2o was asked for together with token-select\./).waitFor();
    expect(await (await answered(page, 'hello')).textContent()).toContain('kv q8');
    await page.context().close();
  });
});

describe('answers compared', () => {
  test('the question is answered twice from the start, with the same seed, each with speed and memory', async () => {
    const page = await ready(`${QUICK}&cache=h2o:budget=6`);
    await answered(page, 'first question');
    await answered(page, 'describe the call of today');
    await page.getByRole('button', { name: 'Compare' }).last().click();
    await page.getByRole('button', { name: 'Answer twice' }).click();
    const sides = page.getByRole('region', { name: 'Comparison' }).getByRole('article');
    await page.getByRole('button', { name: 'Remove the comparison' }).waitFor();
    const [own, other] = await sides.allTextContents();
    for (const text of [own, other]) {
      expect(text).toContain('chat user: first question | assistant: You said: first question |');
      expect(text).toContain('"seed":7');
      expect(text).toMatch(/62\.1 tok\/s.*first token 180 ms/);
    }
    expect(own).toMatch(/^h2o:budget=6chat .*cache 6 \/ \d+ slots/s);
    expect(other).toMatch(/^everything keptchat /);
    expect(/cache (\d+) \/ (\d+) slots/.exec(other!)?.slice(1)).toSatisfy(([slots, all]) => slots === all);
    expect(await count(page, 'openConversations')).toBe(1);
    // The conversation itself goes on as if nothing had been compared.
    expect(await (await answered(page, 'describe the call once more')).textContent()).toContain('send user:');
    await page.getByRole('button', { name: 'Remove the comparison' }).click();
    expect(await sides.count()).toBe(0);
    await page.context().close();
  });

  test('another method can be chosen, and one that is refused cannot be run', async () => {
    const page = await ready();
    await answered(page, 'a question');
    await page.getByRole('button', { name: 'Compare' }).click();
    const form = page.getByRole('form', { name: 'Compare' });
    expect(await form.getByLabel('Cache', { exact: true }).inputValue()).toBe('h2o');
    await form.getByLabel('Attention', { exact: true }).selectOption('token-select');
    expect(await form.getByRole('button', { name: 'Answer twice' }).isDisabled()).toBe(true);
    await form.getByLabel('Cache', { exact: true }).selectOption('none');
    await form.getByRole('button', { name: 'Answer twice' }).click();
    await page.getByRole('article', { name: 'Answer with token-select:k=64' }).getByText('62.1 tok/s').waitFor();
    await page.context().close();
  });

  test('the map is not read while answers are compared', async () => {
    const page = await ready(`${QUICK}&max-tokens=4`);
    await answered(page, 'count slowly');
    await openPanel(page);
    await page.getByText(/^cache \d+ \/ \d+ slots$/).waitFor();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Most new tokens').fill('60');
    await page.keyboard.press('Tab');
    await openPanel(page);
    await expect.poll(() => count(page, 'memoryReadings')).toBe(2);
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('button', { name: 'Answer twice' }).click();
    // Far enough that a growing conversation would have been read again.
    await page
      .getByRole('region', { name: 'Comparison' })
      .getByText(/^5\d tokens$/)
      .first()
      .waitFor();
    expect(await count(page, 'memoryReadings')).toBe(2);
    await page.context().close();
  });

  test('stop ends both', async () => {
    const page = await ready(`${QUICK}&max-tokens=4`);
    await answered(page, 'count slowly');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Most new tokens').fill('');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('button', { name: 'Answer twice' }).click();
    await page.getByText('Waits for the other answer…').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => page.getByRole('region', { name: 'Comparison' }).getByText('stopped').count()).toBe(2);
    await page.context().close();
  });
});
