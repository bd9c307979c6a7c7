import { describe, expect, test } from 'vitest';
import { METHODS } from '../../../src/methods/index.ts';
import {
  describeMethods,
  firstText,
  KV_TYPES,
  methodProblem,
  methodsOf,
  readMethodTexts,
  sameMethods,
  sizeOf,
  withSize,
} from '../../../demo/chat/state/method-settings.ts';

test('every method of the registry that keeps or reads less can be chosen, once', () => {
  const offered = [...methodsOf('cache'), ...methodsOf('attention')].map(({ name }) => name);
  expect([...offered, ...KV_TYPES]).toEqual(METHODS.filter(({ kind }) => kind !== 'decoding').map(({ name }) => name));
});

test.each([...methodsOf('cache')].map(({ name }) => name))('%s begins with a text that the package takes', (name) => {
  expect(methodProblem({ cache: firstText(name) })).toBeUndefined();
});
test.each([...methodsOf('attention')].map(({ name }) => name))('%s begins so too', (name) => {
  expect(methodProblem({ attention: firstText(name) })).toBeUndefined();
});

test('another method of the same kind keeps the size; one of another kind has its own', () => {
  expect(firstText('tova', 'h2o:budget=96,sinks=8')).toBe('tova:budget=96');
  expect(firstText('quest', 'token-select:k=32')).toBe('quest:pages=16');
  expect(firstText('tova', 'h2o:bud')).toBe('tova:budget=256');
});

test('the slider changes the size and nothing else', () => {
  expect(withSize('h2o:budget=170,sinks=4,recent=64', 96)).toBe('h2o:budget=96,sinks=4,recent=64');
  expect(withSize('h2o', 96)).toBe('h2o:budget=96');
  expect(withSize('not read', 96)).toBe('not read');
  expect(sizeOf('quest:pages=7')).toBe(7);
  expect(sizeOf('quest')).toBeUndefined();
});

describe('what the package refuses', () => {
  test.each([
    [{ cache: 'h2o:budget=0' }, 'budget of h2o is 0'],
    [{ cache: 'streaming-llm:budget=64,positions=rank', kv: 'q8' }, 'rank positions'],
    [{ cache: 'snap-kv:budget=64', attention: 'token-select:k=16' }, 'together with token-select'],
  ] as const)('%o: in its own words', (texts, words) => {
    const problem = methodProblem(texts);
    expect(problem?.code).toBe('usage-option');
    expect(problem?.happened).toContain(words);
  });

  test('masks go with eviction', () => {
    expect(methodProblem({ cache: 'h2o:budget=64', attention: 'a-shape:window=64' })).toBeUndefined();
  });
});

test('methods in one line, and whether two are the same', () => {
  expect(describeMethods({})).toBe('everything kept');
  expect(describeMethods({ kv: 'f16' })).toBe('everything kept');
  expect(describeMethods({ cache: 'h2o:budget=64', attention: 'a-shape:window=9', kv: 'q8' })).toBe(
    'h2o:budget=64 · a-shape:window=9 · kv q8',
  );
  expect(sameMethods({}, { kv: 'f16' })).toBe(true);
  expect(sameMethods({ cache: 'h2o:budget=64' }, { cache: 'h2o:budget=65' })).toBe(false);
  expect(sameMethods({}, { kv: 'q8' })).toBe(false);
});

test('stored methods are taken only when the package takes them', () => {
  expect(readMethodTexts({ cache: 'h2o:budget=64', kv: 'q8', more: 1 })).toEqual({ cache: 'h2o:budget=64', kv: 'q8' });
  for (const stored of [null, 3, 'h2o', { cache: 7 }, { cache: 'h2o' }, { kv: 'q2' }])
    expect(readMethodTexts(stored)).toEqual({});
});
