import { describe, expect, it } from 'vitest';
import { aSignal, aText, checkOptions, described, integerFrom, trueOrFalse } from '../../../src/core/check-options.ts';
import { UsageError } from '../../../src/core/errors.ts';
import {
  checkConversationOptions,
  checkEngineOptions,
  checkGenerateOptions,
  checkScoreOptions,
} from '../../../src/engine/engine-options.ts';
import { checkIds } from '../../../src/engine/check-ids.ts';
import { createTokenizerApi } from '../../../src/engine/tokenizer-api.ts';
import { inspectModel, openTokenizer } from '../../../src/node/inspect.ts';
import { createTokenizer } from '../../../src/tokenizer/from-gguf.ts';
import { StreamDecoder } from '../../../src/tokenizer/stream-decoder.ts';
import { tinyMetadata } from '../tokenizer/support.ts';

/** Values that JavaScript lets through where TypeScript would not. */
const NONSENSE: readonly unknown[] = [
  null,
  5,
  'b',
  true,
  1n,
  Symbol('s'),
  [],
  [undefined],
  Object.create(null),
  () => 1,
  Number.NaN,
  new Date(Number.NaN),
];

async function codeOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return 'nothing was thrown';
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.code;
  }
}

const TABLE = { flag: trueOrFalse, count: integerFrom(1, 3, 'From 1 to 3.'), name: aText, signal: aSignal };

describe('checkOptions', () => {
  it('takes what is known and right, and what is left out', () => {
    checkOptions({}, TABLE);
    checkOptions({ flag: undefined, count: 3, name: '', signal: new AbortController().signal }, TABLE);
  });

  it.each([
    [{ flga: true }, 'There is no option "flga"'],
    [{ flag: 'yes' }, 'The option flag is "yes"'],
    [{ count: 4 }, 'The option count is 4. From 1 to 3.'],
    [{ name: 5 }, 'The option name is 5'],
    [{ signal: {} }, 'The option signal is an object'],
    [{ toString: 1 }, 'There is no option "toString"'],
    [null, 'The options are null'],
    [[1, 2], 'The options are an array of 2'],
    ['abc', 'The options are "abc"'],
  ])('refuses %j by name', (options, words) => {
    expect(() => checkOptions(options, TABLE)).toThrow(words);
  });

  it('describes every value', () => {
    for (const value of NONSENSE) expect(described(value)).not.toBe('');
  });
});

describe('wrong arguments of public functions', () => {
  const tokenizer = createTokenizer(tinyMetadata());
  const api = createTokenizerApi({ tokenizer, template: undefined });
  const calls: Record<string, (value: unknown) => unknown> = {
    'encode(text)': (value) => (typeof value === 'string' ? codeless() : api.encode(value as string)),
    'encode(…, options)': (value) => api.encode('a', value as object),
    'encode(…, { special })': (value) => (value === true ? codeless() : api.encode('a', { special: value as boolean })),
    'encode(…, { bogus })': (value) => api.encode('a', { bogus: value } as object),
    'decode(ids)': (value) => (Array.isArray(value) && value.length === 0 ? codeless() : api.decode(value as number[])),
    'decode(…, options)': (value) => api.decode([], value as object),
    'applyChatTemplate(messages)': (value) => api.applyChatTemplate(value as []),
    'applyChatTemplate(…, options)': (value) => api.applyChatTemplate([], value as object),
    'ids of generate and score': (value) =>
      Array.isArray(value) && value.length === 0 ? codeless() : checkIds(value as number[], 3),
    'options of an engine': (value) => checkEngineOptions(value as never),
    'model of an engine': (value) =>
      typeof value === 'string' ? codeless() : checkEngineOptions({ model: value as never }),
    'options of a conversation': (value) => checkConversationOptions(value as never),
    'options of a generation': (value) => checkGenerateOptions(value as never),
    'options of a score': (value) => checkScoreOptions(value as never),
    'stop of a decoder': (value) =>
      value === null || (Array.isArray(value) && value.length === 0)
        ? codeless()
        : new StreamDecoder(tokenizer, { stop: value as string[] }),
    'inspectModel(model)': (value) => (typeof value === 'string' ? codeless() : inspectModel(value as string)),
    'inspectModel(…, options)': (value) => inspectModel('no-such.gguf', value as object),
    'openTokenizer(model)': (value) => (typeof value === 'string' ? codeless() : openTokenizer(value as string)),
  };
  /** Stands for a value that is right here. */
  const codeless = (): never => {
    throw new UsageError({ code: 'usage-option', happened: '', expected: '', todo: '' });
  };

  it.each(Object.entries(calls))('%s: each gives an error with a code', async (_name, call) => {
    for (const value of NONSENSE) {
      // An object without options is a right one.
      if (value instanceof Date || (value !== null && typeof value === 'object' && !Array.isArray(value))) continue;
      // oxlint-disable-next-line no-await-in-loop
      expect(await codeOf(() => call(value)), described(value)).toMatch(/^usage-/);
    }
  });

  it.each([
    [() => checkGenerateOptions({ stop: 'b' as never }), 'stop is "b"'],
    [() => checkGenerateOptions({ stop: [''] }), 'stop is an array of 1'],
    [() => checkGenerateOptions({ ignoreEos: 'yes' as never }), 'ignoreEos is "yes"'],
    [() => checkGenerateOptions({ signal: 5 as never }), 'signal is 5'],
    [() => checkConversationOptions({ system: 5 as never }), 'system is 5'],
    [() => checkConversationOptions({ attention: null as never }), 'attention is null'],
    [() => checkEngineOptions({ model: 'm', device: 5 as never }), 'device is 5'],
    [() => checkEngineOptions({ model: 'm', disable: 'subgroups' as never }), 'disable is "subgroups"'],
    [() => checkEngineOptions({ model: 'm', onProgress: 1 as never }), 'onProgress is 1'],
    [() => checkScoreOptions({ logits: 5 as never }), 'logits is 5'],
  ])('names the option (%#)', (call, words) => {
    expect(call).toThrow(words);
  });
});
