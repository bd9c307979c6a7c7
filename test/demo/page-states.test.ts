/** Every state of the chat page, in both sizes and both colour schemes: looked at, measured, and judged by axe. */

import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, visitor } from './support/browser.ts';
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

const MODEL = 'https://models.test/';
const start = (page: Page): Promise<void> => page.getByRole('button', { name: /^(Download and start|Go on)/ }).click();
async function openReady(page: Page, query = `?model=${MODEL}quick.gguf`): Promise<void> {
  await page.goto(`${site.url}${query}`);
  await start(page);
  await page.getByText('is ready').waitFor();
}
async function ask(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
}

const STATES: States = {
  'first-visit': async (page) => {
    await page.goto(site.url);
    await page.getByRole('button', { name: 'Download and start · 98.4 MB' }).waitFor();
  },
  'bad-address': async (page) => {
    await page.goto(`${site.url}?temperature=hot&colour=blue`);
    await page.getByText('There is no setting “colour”.').waitFor();
    await page.getByRole('button', { name: /^Download/ }).waitFor();
  },
  loading: async (page) => {
    await page.goto(`${site.url}?model=${MODEL}slow.gguf`);
    await start(page);
    await page.getByText('41.0 MB of 98.4 MB').waitFor();
  },
  cancelled: async (page) => {
    await page.goto(`${site.url}?model=${MODEL}slow.gguf`);
    await start(page);
    await page.getByText('41.0 MB of 98.4 MB').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('41.0 MB have arrived').waitFor();
  },
  'load-failed': async (page) => {
    await page.goto(`${site.url}?model=${MODEL}broken.gguf`);
    await start(page);
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  },
  empty: (page) => openReady(page),
  streaming: async (page) => {
    await openReady(page);
    await ask(page, 'Please count slowly.');
    await page.getByText(/^1\d tokens$/).waitFor();
  },
  answered: async (page) => {
    await openReady(page);
    await ask(page, 'Show me some markdown.');
    await page.getByRole('button', { name: 'Regenerate' }).waitFor();
    await page.getByRole('button', { name: 'Copy code' }).waitFor();
  },
  'answer-failed': async (page) => {
    await openReady(page);
    await ask(page, 'Make it overflow.');
    await page.getByText('The answer failed').waitFor();
  },
  'device-lost': async (page) => {
    await openReady(page, `?model=${MODEL}lost.gguf`);
    await ask(page, 'Tell me a long story.');
    await page.getByRole('button', { name: 'Restore' }).waitFor();
  },
  settings: async (page) => {
    await openReady(page);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByText('Example GPU 4000').last().waitFor();
    await page.getByLabel('Temperature').fill('9');
    await page.keyboard.press('Tab');
    await page.getByText('Temperature must be a number from 0 to 5.').waitFor();
  },
  'memory-empty': async (page) => {
    await openReady(page);
    await page.getByRole('button', { name: 'Memory' }).click();
    await page.getByText('Nothing yet. After the first answer').waitFor();
  },
  'memory-whole': async (page) => {
    await openReady(page);
    await ask(page, 'Show me some markdown.');
    await page.getByRole('button', { name: 'Regenerate' }).waitFor();
    await page.getByRole('button', { name: 'Memory' }).click();
    await page.getByText(/^cache \d+ \/ \d+ slots$/).waitFor();
  },
  memory: async (page) => {
    await openReady(page, `?model=${MODEL}quick.gguf&cache=h2o:budget=48`);
    await ask(page, 'Show me some markdown.');
    await page.getByRole('button', { name: 'Regenerate' }).waitFor();
    await page.getByRole('button', { name: 'Memory' }).click();
    await page.getByText(/^cache 48 \/ \d+ slots$/).waitFor();
    const map = page.getByRole('application', { name: /^Memory map/ });
    await map.focus();
    for (const key of ['Home', ...Array.from({ length: 5 }, () => 'ArrowRight'), 'ArrowDown', 'ArrowDown', 'Enter'])
      await map.press(key);
    await page.getByText(/^Token 6 of \d+/).waitFor();
  },
  'memory-long': async (page) => {
    await openReady(page, `?model=${MODEL}quick.gguf&cache=keyformer:budget=256`);
    await ask(page, Array.from({ length: 600 }, (_, index) => `word${index}`).join(' '));
    await page.getByRole('button', { name: 'Regenerate' }).waitFor();
    await page.getByRole('button', { name: 'Memory' }).click();
    await page.getByText('cache 256 / 1,205 slots').waitFor();
    const map = page.getByRole('application', { name: /^Memory map/ });
    await map.press('End');
    await page.getByText('Token 1,205 of 1,205').waitFor();
    await page.getByText('Layer by layer').click();
  },
  'memory-refused': async (page) => {
    await openReady(page);
    await page.getByRole('button', { name: 'Memory' }).click();
    await page.getByLabel('Cache', { exact: true }).selectOption('h2o');
    await page.getByLabel('Attention', { exact: true }).selectOption('token-select');
    await page.getByText('Not taken: h2o was asked for together with token-select.').waitFor();
  },
  'compare-form': async (page) => {
    await openReady(page);
    await ask(page, 'Why is the sky blue?');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('heading', { name: 'Answer twice' }).waitFor();
  },
  compared: async (page) => {
    await openReady(page, `?model=${MODEL}quick.gguf&cache=h2o:budget=16`);
    await ask(page, 'Show me some markdown.');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('button', { name: 'Answer twice' }).click();
    await page.getByRole('button', { name: 'Remove the comparison' }).waitFor();
    await page.getByText(/^cache 16 \//).waitFor();
  },
  'model-picker': async (page) => {
    await openReady(page);
    await page.getByRole('button', { name: /^Model:/ }).click();
    await page.getByText('Kept in this browser').waitFor();
  },
};

testStates('chat', STATES, () => browser);

test('the composer stays in view when an on-screen keyboard takes half of a phone', async () => {
  const { page, context } = await visitor(browser, 'phone');
  await openReady(page);
  await ask(page, 'Show me some markdown.');
  await page.getByRole('button', { name: 'Regenerate' }).waitFor();
  await page.setViewportSize({ width: 390, height: 400 });
  const box = page.getByRole('textbox', { name: 'Message' });
  await expect.poll(async () => (await box.boundingBox())?.y).toBeLessThan(400 - 44);
  await context.close();
});
