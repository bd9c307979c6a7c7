/** Browsers in which the model cannot run: the page says what is missing and what to do. */

import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  accessibilityProblems,
  keepScreenshot,
  launch,
  SCHEMES,
  SIZES,
  visitor,
  type Size,
} from './support/browser.ts';
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

const cases = (Object.keys(SIZES) as Size[]).flatMap((size) => SCHEMES.map((scheme) => [size, scheme] as const));

test.each(cases)('no WebGPU, %s, %s', async (size, scheme) => {
  const { page, context, errors } = await visitor(browser, size, scheme);
  await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'gpu'));
  await page.goto(site.url);
  await page.getByText('This browser does not offer WebGPU.').waitFor();
  expect(await page.getByText('Update the browser to version 121 or later.').count()).toBe(1);
  expect(await page.getByRole('button', { name: /Download/ }).count()).toBe(0);
  await keepScreenshot(page, `chat-no-webgpu-${size}-${scheme}`);
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(errors).toEqual([]);
  await context.close();
});

test('WebGPU without an adapter', async () => {
  const { page, context } = await visitor(browser);
  await page.addInitScript(() => {
    GPU.prototype.requestAdapter = () => Promise.resolve(null);
  });
  await page.goto(site.url);
  await page.getByText('found no GPU that it is willing to use').waitFor();
  await page.getByText('chrome://gpu').waitFor();
  await context.close();
});

test.each([
  ['throws', 'broken driver', 'GPU.prototype.requestAdapter = () => { throw new TypeError("broken driver"); };'],
  ['rejects', 'broken driver', 'GPU.prototype.requestAdapter = () => Promise.reject(new Error("broken driver"));'],
])('WebGPU whose requestAdapter() %s', async (_what, words, script) => {
  const { page, context } = await visitor(browser);
  await page.addInitScript(script);
  for (const path of ['', 'bench.html', 'lab.html']) {
    await page.goto(`${site.url}${path}`);
    await page.getByText(words).first().waitFor();
  }
  await context.close();
});
