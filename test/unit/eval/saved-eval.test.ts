import { describe, expect, test } from 'vitest';
import { Mismatch } from '../../../src/bench/checks.ts';
import type { EvalRecord } from '../../../src/eval/eval-record.ts';
import { parseEvalRecord } from '../../../src/eval/saved-eval.ts';
import { evalFixture, taskFixture } from '../../demo/support/eval-fixture.ts';

/** A fixture's text with the value at a path replaced; `undefined` takes it out. */
function changed(path: string, value: unknown, record: EvalRecord = evalFixture()): string {
  const copy = JSON.parse(JSON.stringify(record)) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy);
  parent[last] = value;
  return JSON.stringify(copy);
}

describe('a saved evaluation', () => {
  test('is read back as it was written, with and without what need not be there', () => {
    for (const settings of [{}, { mass: true }, { decode: 1 }, { text: { name: 'x', characters: 1, content: 'x' } }]) {
      const record = evalFixture({ settings });
      expect(parseEvalRecord(JSON.stringify(record))).toEqual(record);
    }
  });

  test.each([
    ['format', 'winnow-bench', 'format is “winnow-bench”; expected was winnow-eval'],
    ['formatVersion', 2, 'formatVersion is 2'],
    ['kind', 'other', 'kind is “other”; expected was loss or task'],
    ['kind', 'task', 'settings.task is missing'],
    ['date', 7, 'date is 7'],
    ['environment.adapter', undefined, 'environment.adapter is missing'],
    ['settings.text', 'text', 'settings.text is “text”'],
    ['settings.text.content', 'x'.repeat(4001), 'settings.text.content'],
    ['settings.methods', ['h2o', 3], 'settings.methods[1] is 3'],
    ['settings.decode', 0, 'settings.decode is 0'],
    ['settings.mass', 'on', 'settings.mass is “on”'],
    ['dense', undefined, 'dense is missing'],
    ['runs', {}, 'runs is an object'],
    ['runs.0.setting', 'x'.repeat(401), 'runs[0].setting'],
    ['runs.1.dnll', null, 'runs[1].dnll is null'],
    ['runs.1.dnllError', -1, 'runs[1].dnllError is -1'],
    ['runs.2.kvBytesHeld', '1e9', 'runs[2].kvBytesHeld is “1e9”'],
    ['runs.2.top1Agreement', -0.1, 'runs[2].top1Agreement'],
  ])('with a wrong %s is refused, and the place is named', (path, value, words) => {
    expect(() => parseEvalRecord(changed(path, value))).toThrow(Mismatch);
    expect(() => parseEvalRecord(changed(path, value))).toThrow(words);
  });

  test.each([
    ['kind', 'loss', 'settings.text is missing'],
    ['settings.task', 'hay', 'settings.task is “hay”'],
    ['settings.lengths', [512, '1024'], 'settings.lengths[1]'],
    ['settings.depths', [2], 'settings.depths[0] is 2'],
    ['settings.question', 'never', 'settings.question is “never”'],
    ['runs.0.setting', undefined, 'runs[0].setting is missing'],
    ['runs.1.depth', -0.1, 'runs[1].depth'],
    ['runs.2.tokens', null, 'runs[2].tokens is null'],
    ['runs.3.exact', 1, 'runs[3].exact is 1'],
    ['runs.4.logProb', '-1', 'runs[4].logProb is “-1”'],
  ])('of a task with a wrong %s is refused, and the place is named', (path, value, words) => {
    const text = changed(path, value, taskFixture());
    expect(() => parseEvalRecord(text)).toThrow(Mismatch);
    expect(() => parseEvalRecord(text)).toThrow(words);
  });

  test('of a task is read back as it was written', () => {
    for (const task of ['needle', 'two-turn'] as const) {
      const record = taskFixture({ settings: { task } });
      expect(parseEvalRecord(JSON.stringify(record))).toEqual(record);
    }
  });

  test.each(['', 'null', '[]', '{', '{"__proto__":{"format":"winnow-eval"}}'])('is not “%s”', (text) => {
    expect(() => parseEvalRecord(text)).toThrow(Mismatch);
  });
});
