/** Promises of the built pages: small before the first paint, a strict policy, and no third party. */

import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, visitor } from './support/browser.ts';
import { serveSite, type Site } from './support/site.ts';

let site: Site;
let browser: Browser;
beforeAll(async () => {
  [site, browser] = await Promise.all([serveSite({ scripted: false }), launch()]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

const PAGES = ['', 'bench.html', 'lab.html'];

test.each(PAGES)('what the first paint of /%s needs is under 100 KB, gzipped', async (path) => {
  const html = await (await fetch(new URL(path, site.url))).text();
  const files = [...html.matchAll(/(?:src|href)="(\.\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
  expect(files.length).toBeGreaterThanOrEqual(3); // script, style, icon
  let bytes = gzipSync(html).length;
  for (const file of files) {
    const response = await fetch(new URL(file, site.url));
    bytes += gzipSync(new Uint8Array(await response.arrayBuffer())).length;
  }
  expect(bytes).toBeLessThan(100_000);
});

test.each(PAGES)('the policy of /%s allows no inline code, and the headers isolate the page', async (path) => {
  const response = await fetch(new URL(path, site.url));
  expect(response.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
  expect(response.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
  const html = await response.text();
  expect(html).toContain('http-equiv="Content-Security-Policy"');
  expect(html).not.toContain('unsafe');
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
});

test.each([
  ['', /^Download and start/],
  ['bench.html', /^Run the benchmark/],
  ['lab.html', /^Run the evaluation/],
])('a visit to /%s asks nobody but its own server, and breaks no rule of the policy', async (path, button) => {
  const { page, context, errors } = await visitor(browser);
  const others: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(site.url)) others.push(request.url());
  });
  await page.goto(new URL(path, site.url).href);
  await page.getByRole('button', { name: button }).waitFor();
  expect(others).toEqual([]);
  expect(errors).toEqual([]);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await context.close();
});

test('an address that is not there is not the page', async () => {
  expect((await fetch(new URL('models/none.gguf', site.url))).status).toBe(404);
  expect((await fetch(new URL('other.html', site.url))).status).toBe(404);
});
