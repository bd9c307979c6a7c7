import { describe, expect, test } from 'vitest';
import { chosenSettings, type Settings } from '../../../demo/bench/state/bench-spec.ts';
import { readUrlSettings, writeUrlSettings } from '../../../demo/bench/state/url-settings.ts';
import { checkSettings, DEFAULT_SETTINGS } from '../../../src/bench/settings.ts';

describe('settings of the benchmark in the address', () => {
  test('every setting survives being written and read, and the benchmark takes them', () => {
    const settings: Settings = {
      model: 'https://example.org/a%20model.gguf?download=true',
      parts: ['kernels'],
      prompts: [1, 128, 1_048_576],
      histories: [100, 8000],
      decodeTokens: 16,
      runs: 3,
      kernels: 'linear & more',
      disable: ['subgroups'],
      adapter: 'nvidia',
    };
    expect(readUrlSettings(writeUrlSettings(settings))).toEqual({ settings, problems: [] });
    expect(checkSettings({ ...DEFAULT_SETTINGS, ...chosenSettings(settings) })).toMatchObject(chosenSettings(settings));
  });

  test('no settings leave no query, and ask the benchmark for nothing', () => {
    expect(writeUrlSettings({})).toBe('');
    expect(readUrlSettings('')).toEqual({ settings: {}, problems: [] });
    expect(chosenSettings({})).toEqual({});
  });

  test('lists are put in order, and say each length once', () => {
    expect(readUrlSettings('?prompt=512,64,512').settings).toEqual({ prompts: [64, 512] });
  });

  test.each([
    ['prompt=', 'Prompts'],
    ['prompt=128,', 'Prompts'],
    ['prompt=1.5', 'Prompts'],
    ['prompt=-1', 'Prompts'],
    ['prompt=0x10', 'Prompts'],
    ['history=0', 'Histories'],
    ['history=1048577', 'Histories'],
    [`history=${Array.from({ length: 17 }, (_, index) => index + 1).join(',')}`, '1 to 16 whole numbers'],
    ['decode=0', 'Decode'],
    ['runs=1.5', 'whole number'],
    ['runs=101', 'Runs'],
    ['parts=', 'model and kernels'],
    ['parts=model,all', 'model and kernels'],
    ['disable=everything', 'shader-f16 and subgroups'],
    ['kernels=', '1 to 80 characters'],
    [`adapter=${'x'.repeat(81)}`, '1 to 80 characters'],
    ['model=javascript:alert(1)', 'neither a model'],
    ['toString=1', 'no setting “toString”'],
    ['__proto__=1', 'no setting “__proto__”'],
  ])('“%s” is left out and reported', (query, words) => {
    const { settings, problems } = readUrlSettings(`?${query}`);
    expect(settings).toEqual({});
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(words);
    expect(problems[0]?.length).toBeLessThan(200);
  });
});
