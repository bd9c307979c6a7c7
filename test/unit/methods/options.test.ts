import { describe, expect, test } from 'vitest';
import { aShape, slidingWindow } from '../../../src/attention/masks/index.ts';
import { quest } from '../../../src/attention/selections/quest.ts';
import { evict } from '../../../src/cache/evict.ts';
import { h2o } from '../../../src/cache/policies/h2o.ts';
import { streamingLlm } from '../../../src/cache/policies/streaming-llm.ts';
import type { CacheOption } from '../../../src/core/api.ts';
import { UsageError } from '../../../src/core/errors.ts';
import {
  attentionOf,
  cacheMethodOf,
  checkCombination,
  plainAttention,
  plainCache,
  type AttentionOptions,
} from '../../../src/methods/index.ts';

describe('the option cache', () => {
  const value = evict({ policy: h2o({ decay: 0.5 }), budget: 99 });

  test('a value stays the value, and text and plain data make an equal one', () => {
    expect(cacheMethodOf(value)).toBe(value);
    expect(cacheMethodOf('h2o:budget=99,decay=0.5').spec).toEqual(value.spec);
    expect(cacheMethodOf(structuredClone(plainCache(value))).spec).toEqual(value.spec);
    expect(plainCache('h2o:budget=99')).toBe('h2o:budget=99');
  });

  test('attention is no cache method, and neither is anything else', () => {
    for (const wrong of ['quest:pages=3', 'f16', '', {}, null, 7, quest({ pages: 3 })])
      expect(() => cacheMethodOf(wrong as CacheOption), JSON.stringify(wrong)).toThrow(UsageError);
  });
});

describe('the option attention', () => {
  const selection = quest({ pages: 3 });
  const mask = slidingWindow({ window: 64 });

  test('a selection alone is for decoding, a mask alone for prompts and decoding', () => {
    expect(attentionOf(selection)).toEqual({ decode: selection });
    expect(attentionOf(mask)).toEqual({ prefill: mask, decode: mask });
    expect(attentionOf('a-shape:sinks=2,window=64')).toEqual({
      prefill: aShape({ sinks: 2, window: 64 }),
      decode: aShape({ sinks: 2, window: 64 }),
    });
  });

  test('its parts may be given in any form', () => {
    const { prefill, decode } = attentionOf({ prefill: 'sliding-window:window=64', decode: selection });
    expect(prefill).toEqual(mask);
    expect(decode).toBe(selection);
    expect(attentionOf({ prefill: mask })).toEqual({ prefill: mask });
    expect(attentionOf({})).toEqual({});
  });

  test('it crosses threads as plain data', () => {
    const back = attentionOf(structuredClone(plainAttention({ prefill: mask, decode: selection })));
    expect(back.prefill).toEqual(mask);
    expect(back.decode?.parameters).toEqual(selection.parameters);
    expect(attentionOf(structuredClone(plainAttention(selection))).decode?.name).toBe('quest');
    expect(attentionOf(plainAttention('quest:pages=3')).decode?.name).toBe('quest');
    expect(() => attentionOf(plainAttention({ decoding: 'quest:pages=3' } as AttentionOptions))).toThrow('"decoding"');
  });

  test('a selection does not hold for prompts', () => {
    expect(() => attentionOf({ prefill: 'quest:pages=3' })).toThrow('decoding tokens only');
    expect(() => attentionOf({ prefill: selection as never })).toThrow(UsageError);
  });

  test('anything else is refused', () => {
    for (const wrong of ['h2o:budget=3', null, 7, { decode: 7 }, { decode: { name: 'quest' } }])
      expect(() => attentionOf(wrong as AttentionOptions), JSON.stringify(wrong)).toThrow(UsageError);
  });
});

describe('methods beside each other', () => {
  const check = (cache: string | undefined, attention: AttentionOptions | undefined): void =>
    checkCombination({
      ...(cache !== undefined && { cache: cacheMethodOf(cache) }),
      ...(attention !== undefined && { attention: attentionOf(attention) }),
    });

  test('one list for all heads needs heads that hold the same', () => {
    expect(() => check('h2o:budget=99', 'token-select:k=3')).toThrow('each KV head keeps slots of its own');
    expect(() => check('streaming-llm:budget=99,budgets=adaptive-per-head', 'token-select:k=3')).toThrow('of its own');
    check('tova:budget=99', 'token-select:k=3');
    check('streaming-llm:budget=99', 'token-select:k=3');
    check('h2o:budget=99', 'quest:pages=3');
    check('keyformer:budget=99', 'oracle-top-k:k=3');
  });

  test('rank positions go with neither masks nor selections', () => {
    for (const attention of ['quest:pages=3', 'sliding-window:window=64', { prefill: 'sliding-window:window=64' }])
      expect(() => check('streaming-llm:budget=99,positions=rank', attention)).toThrow('change at every cut');
    expect(() =>
      checkCombination({ cache: evict({ policy: streamingLlm({ positions: 'rank' }), budget: 99 }) }),
    ).not.toThrow();
  });

  test('each alone, masks with eviction, and masks for prompts with a selection make sense', () => {
    check(undefined, undefined);
    check('h2o:budget=99', undefined);
    check(undefined, 'quest:pages=3');
    check('h2o:budget=99', 'a-shape:window=64');
    check('streaming-llm:budget=99', { prefill: 'a-shape:window=64' });
    check(undefined, { prefill: 'a-shape:window=64', decode: 'quest:pages=3' });
  });
});
