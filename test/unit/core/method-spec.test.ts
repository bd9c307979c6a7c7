import { expect, test } from 'vitest';
import { UsageError } from '../../../src/core/errors.ts';
import { checkSpec, formatSpec, parseSpec } from '../../../src/core/method-spec.ts';

test('a text is read to a name, numbers and words, and written back the same', () => {
  expect(parseSpec('h2o')).toEqual({ name: 'h2o', parameters: {} });
  expect(parseSpec('token-select:k=102,scoring=release,theta=-0.5')).toEqual({
    name: 'token-select',
    parameters: { k: 102, scoring: 'release', theta: -0.5 },
  });
  for (const text of ['h2o', 'a:b=1', 'token-select:k=102,scoring=release,theta=-0.5,x-1=1e-7,y=1e+21'])
    expect(formatSpec(parseSpec(text))).toBe(text);
});

test('a key that objects inherit is a key like any other', () => {
  expect(parseSpec('a:constructor=1').parameters).toEqual({ constructor: 1 });
  expect(() => parseSpec('a:constructor=1,constructor=2')).toThrow('The key constructor stands in it twice');
});

test.each([
  ['', 'is no name'],
  [':k=1', 'is no name'],
  ['H2O:k=1', 'is no name'],
  ['h2o ', 'is no name'],
  ['__proto__', 'is no name'],
  ['a-', 'is no name'],
  ['a--b', 'is no name'],
  ['1a', 'is no name'],
  ['h2o:', 'has no \\"=\\"'],
  ['h2o:k', 'has no \\"=\\"'],
  ['h2o:k=1,', 'has no \\"=\\"'],
  ['h2o:=1', 'is no key'],
  ['h2o:__proto__=1', 'is no key'],
  ['h2o: k=1', 'is no key'],
  ['h2o:k=', 'neither a number nor a word'],
  ['h2o:k=1=2', 'neither a number nor a word'],
  ['h2o:k=.5', 'neither a number nor a word'],
  ['h2o:k=0x10', 'neither a number nor a word'],
  ['h2o:k=+1', 'neither a number nor a word'],
  ['h2o:k=1e999', 'neither a number nor a word'],
  ['h2o:k=A', 'neither a number nor a word'],
  ['h2o:k=1\n', 'neither a number nor a word'],
  ['h2o:k=1,k=2', 'twice'],
  [`h2o:k=${'1'.repeat(500)}`, 'more than 400 characters'],
])('%j is refused with the text', (text, why) => {
  let error: unknown;
  try {
    parseSpec(text);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ code: 'usage-option' });
  expect((error as UsageError).happened).toContain(JSON.stringify(text.slice(0, 80)));
  expect((error as UsageError).happened).toContain(why.replaceAll('\\', ''));
});

test('a spec that the grammar cannot write is refused, also one that would come back as another type', () => {
  for (const parameters of [{ k: Number.NaN }, { k: Infinity }, { k: 'A' }, { k: '12' }, { K: 1 }, { k: '1,j=2' }])
    expect(() => formatSpec({ name: 'a', parameters })).toThrow(UsageError);
});

test('plain data of unknown origin is checked and copied', () => {
  const data = { name: 'quest', parameters: { pages: 3 } };
  const spec = checkSpec(data);
  expect(spec).toEqual(data);
  expect(spec.parameters).not.toBe(data.parameters);
  for (const wrong of [
    undefined,
    null,
    'quest',
    [],
    {},
    { name: 1, parameters: {} },
    { name: 'a' },
    { name: 'a', parameters: [] },
    { name: 'a', parameters: { k: true } },
    { name: 'a', parameters: { k: {} } },
    { name: 'a b', parameters: {} },
  ])
    expect(() => checkSpec(wrong)).toThrow(UsageError);
});
