import { describe, expect, test } from 'vitest';
import { Mismatch } from '../../../src/bench/checks.ts';
import { readResultFile } from '../../../demo/bench/saved/result-file.ts';
import { parseResult } from '../../../src/bench/saved-result.ts';
import { benchFixture } from '../../demo/support/bench-fixture.ts';

/** The fixture's text with the value at a path replaced; `undefined` takes it out. */
function changed(path: string, value: unknown): string {
  const copy = JSON.parse(JSON.stringify(benchFixture())) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy);
  parent[last] = value;
  return JSON.stringify(copy);
}

describe('a saved run', () => {
  test('is read back as it was written, whole or in parts', () => {
    for (const parts of [['model', 'kernels'], ['model'], ['kernels'], []] as const) {
      const result = benchFixture({ settings: { parts } });
      expect(parseResult(JSON.stringify(result))).toEqual(result);
    }
  });

  test('may have fields that this page does not know', () => {
    expect(parseResult(changed('environment.more', { of: 'this' }))).toMatchObject({ format: 'winnow-bench' });
  });

  test.each([
    ['format', 'other-bench', 'format is “other-bench”; expected was winnow-bench'],
    ['formatVersion', 2, 'formatVersion is 2; expected was 1'],
    ['date', undefined, 'date is missing'],
    ['environment', null, 'environment is null; expected was an object'],
    ['environment.software', 'no', 'environment.software is “no”; expected was true or false'],
    ['environment.adapter.features', [1], 'environment.adapter.features[0] is 1; expected was a text'],
    ['settings.parts', ['all'], 'settings.parts[0] is “all”; expected was model or kernels'],
    [
      'settings.prompts',
      Array(65).fill(1),
      'settings.prompts is a list of 65; expected was a list of at most 64 items',
    ],
    ['roofs.stream.median', -1, 'roofs.stream.median is -1; expected was a number from 0 up'],
    [
      'kernels.0.timing.gigaflops',
      1e308,
      'kernels[0].timing.gigaflops is 1e+308; expected was a number from 0 up to 2^53',
    ],
    ['roofs.stream', undefined, 'roofs.stream is missing; expected was an object'],
    ['model.decode', {}, 'model.decode is an object; expected was a list'],
    ['model.memory.javascript', 'much', 'model.memory.javascript is “much”'],
    ['kernels.0.status', 'fine', 'kernels[0].status is “fine”; expected was correct or wrong or unsupported'],
    ['kernels.0.timing.roof', 'sky', 'kernels[0].timing.roof is “sky”'],
    ['kernels.0.kernel', 'x'.repeat(401), 'expected was a text of at most 400 characters'],
  ])('with a wrong %s is refused, and the place is named', (path, value, words) => {
    expect(() => parseResult(changed(path, value))).toThrow(Mismatch);
    expect(() => parseResult(changed(path, value))).toThrow(words);
  });

  test('needs numbers: JSON has no infinity, but 1e999 is read as one', () => {
    const text = JSON.stringify(benchFixture()).replace('"median":812', '"median":1e999');
    expect(() => parseResult(text)).toThrow('roofs.stream.median');
  });

  test.each(['', 'null', '[]', '7', '{', '{"__proto__":{"format":"winnow-bench"}}'])('is not “%s”', (text) => {
    expect(() => parseResult(text)).toThrow(Mismatch);
  });

  test('that is too large is refused before it is read', async () => {
    let asked = false;
    const file = {
      size: 17e6,
      text: async () => {
        asked = true;
        return '';
      },
    };
    const read = await readResultFile(file);
    expect(read).toMatchObject({ problem: { code: 'not-a-saved-run' } });
    expect(asked).toBe(false);
  });
});
