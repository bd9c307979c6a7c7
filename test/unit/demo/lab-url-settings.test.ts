import { describe, expect, test } from 'vitest';
import type { Settings } from '../../../demo/lab/state/lab-spec.ts';
import { methodProblem, readUrlSettings, writeUrlSettings } from '../../../demo/lab/state/url-settings.ts';

describe('settings of an evaluation in the address', () => {
  test('every setting survives being written and read', () => {
    const settings: Settings = {
      model: 'https://example.org/a%20model.gguf?download=true',
      methods: ['h2o:budget=170,sinks=4 + q8', 'quest:recent=16', 'tova'],
      budgets: [32, 64],
      prefill: 100,
      decode: 7,
      seed: 0,
      task: 'needle',
      lengths: [256, 512],
      depths: [0, 0.25, 1],
      question: 'after',
      mass: true,
      text: 'One & two = three;\nfour + five %',
      textName: 'sums.txt',
      measure: 'kl',
      cost: 'read',
      disable: ['subgroups'],
      adapter: 'nvidia',
    };
    expect(readUrlSettings(writeUrlSettings(settings))).toEqual({ settings, problems: [] });
  });

  test('no settings leave no query', () => {
    expect(writeUrlSettings({})).toBe('');
    expect(readUrlSettings('')).toEqual({ settings: {}, problems: [] });
  });

  test('a method stands once, and no more of them than a chart can show', () => {
    expect(readUrlSettings('?method=h2o&method=tova&method=h2o').settings).toEqual({ methods: ['h2o', 'tova'] });
    const many = Array.from({ length: 17 }, (_, index) => `method=h2o:budget=${index + 1}`).join('&');
    expect(readUrlSettings(`?${many}`).settings.methods).toHaveLength(16);
    expect(readUrlSettings(`?${many}`).problems).toEqual(['At most 16 methods can be evaluated at once.']);
  });

  test.each([
    ['method=h3o', 'no method "h3o"'],
    ['method=', 'is no name'],
    ['method=h2o:budget', 'no "="'],
    ['method=h2o%20tova', 'is no name'],
    ['method=h2o%20%2B%20tova', 'for the same place'],
    [`method=${'h2o'.repeat(100)}`, 'at most 200 characters'],
    ['budget=0', 'Budgets'],
    ['budget=many', 'Budgets'],
    ['prefill=0', 'Prefill'],
    ['decode=1.5', 'Decode'],
    ['seed=-1', 'Seed'],
    ['task=hay', 'passkey or needle or kv-retrieval or two-turn'],
    ['lengths=0', 'Lengths must be 1 to 16 whole numbers'],
    ['lengths=1.5', 'Lengths'],
    ['depths=0,2', 'Depths must be 1 to 16 numbers from 0 to 1'],
    ['depths=0,-0', 'Depths'],
    ['depths=1e-3', 'Depths'],
    ['question=before', 'can be “after”'],
    ['mass=1', 'mass can be “on”'],
    ['text=', '1 to 1,500 characters'],
    [`text=${'x'.repeat(1501)}`, '1 to 1,500 characters'],
    [`text-name=${'x'.repeat(81)}`, '1 to 80 characters'],
    ['measure=speed', 'loss or kl or agreement'],
    ['cost=money', 'held or read'],
    ['disable=everything', 'shader-f16 and subgroups'],
    ['model=javascript:alert(1)', 'neither a model'],
    ['toString=1', 'no setting “toString”'],
    ['__proto__=1', 'no setting “__proto__”'],
  ])('“%s” is left out and reported', (query, words) => {
    const { settings, problems } = readUrlSettings(`?${query}`);
    expect(settings).toEqual({});
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(words);
    expect(problems[0]?.length).toBeLessThan(300);
  });

  test('a task that asks both before and after by itself takes no other wish', () => {
    const { settings, problems } = readUrlSettings('?question=after&task=two-turn');
    expect(settings).toEqual({ task: 'two-turn' });
    expect(problems).toEqual(['The task two-turn asks once before and once after by itself.']);
  });

  test('a size is not missed here: it comes from the budgets', () => {
    expect(methodProblem('h2o')).toBeUndefined();
    expect(methodProblem('h2o:budget=0')).toBeUndefined();
  });
});
