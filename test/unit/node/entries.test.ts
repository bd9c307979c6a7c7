import { expect, test, vi } from 'vitest';
import * as browser from '../../../src/index.ts';
import * as node from '../../../src/node.ts';

test('both entries have the same names', () => {
  expect(Object.keys(browser).toSorted()).toEqual(Object.keys(node).toSorted());
});

test('what keeps models in a browser does no harm where there is none', async () => {
  vi.stubGlobal('navigator', undefined);
  for (const entry of [browser, node]) {
    // oxlint-disable no-await-in-loop -- two
    expect(await entry.listStored()).toEqual([]);
    expect(await entry.removeStored('https://models.example/a.gguf')).toBe(false);
    expect(await entry.askPersistence()).toBe(false);
    // oxlint-enable no-await-in-loop
  }
  expect(await browser.checkSupport()).toMatchObject({ supported: false, problem: { code: 'no-webgpu' } });
  vi.unstubAllGlobals();
});

test('what only Node has says so elsewhere', () => {
  expect(() => browser.nodeBenchHost()).toThrow('usage-option');
});
