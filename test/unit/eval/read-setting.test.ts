import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/core/errors.ts';
import { readSetting, withoutSize } from '../../../src/eval/read-setting.ts';
import { settingText } from '../../../src/eval/setting-text.ts';

describe('a setting as text', () => {
  test.each([
    'h2o:budget=170,sinks=4',
    'quest:pages=10',
    'q8',
    'tova:budget=9 + q8',
    'streaming-llm:budget=64 + a-shape:window=8 + f32',
  ])('%s is read back as it was written', (text) => expect(readSetting(text, [1, 2]).map(settingText)).toEqual([text]));

  test('a method without a size gets every budget under its own name', () => {
    const read = (text: string): string[] => readSetting(text, [32, 64, 70]).map(settingText);
    expect(read('h2o:sinks=2 + q8')).toEqual([32, 64, 70].map((budget) => `h2o:sinks=2,budget=${budget} + q8`));
    expect(read('token-select')).toEqual(['token-select:k=32', 'token-select:k=64', 'token-select:k=70']);
    expect(read('sliding-window')).toEqual([32, 64, 70].map((window) => `sliding-window:window=${window}`));
    // As many pages as hold the budget, each number once.
    expect(read('quest')).toEqual(['quest:pages=2', 'quest:pages=4', 'quest:pages=5']);
    expect(read('quest:page=64')).toEqual(['quest:page=64,pages=1', 'quest:page=64,pages=2']);
  });

  test.each([
    ['h3o', [8], 'no method "h3o"'],
    ['h2o + tova', [8], 'for the same place'],
    ['h2o', [], 'no budget is given'],
    ['h2o', [1], 'sinks'],
    ['h2o:budget=9,sinks=2,every=0', [8], 'every'],
    ['h2o + token-select:k=2', [99], 'together'],
    ['h2o q8', [8], 'cannot be read'],
    ['', [8], 'cannot be read'],
  ] as const)('“%s” with budgets %j is refused', (text, budgets, words) => {
    expect(() => readSetting(text, budgets)).toThrow(UsageError);
    expect(() => readSetting(text, budgets)).toThrow(words);
  });

  test('without its size it is the same for every budget', () => {
    expect(withoutSize('h2o:sinks=2,budget=64 + q8')).toBe('h2o:sinks=2 + q8');
    expect(withoutSize('quest:pages=4')).toBe('quest');
    expect(withoutSize('q8')).toBe('q8');
    expect(withoutSize('<b>')).toBe('');
  });
});
