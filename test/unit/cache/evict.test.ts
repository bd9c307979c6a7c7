import { describe, expect, test } from 'vitest';
import { adaptivePerHead, pyramid, uniform } from '../../../src/cache/budgets.ts';
import { evict, layerBudgets, type EvictOptions } from '../../../src/cache/evict.ts';
import { h2o } from '../../../src/cache/policies/h2o.ts';
import { keyformer } from '../../../src/cache/policies/keyformer.ts';
import { random } from '../../../src/cache/policies/random.ts';
import { snapKv } from '../../../src/cache/policies/snap-kv.ts';
import { streamingLlm } from '../../../src/cache/policies/streaming-llm.ts';
import { tova } from '../../../src/cache/policies/tova.ts';
import { UsageError } from '../../../src/core/errors.ts';
import { formatSpec } from '../../../src/core/method-spec.ts';

const error = (options: EvictOptions): UsageError => {
  try {
    evict(options);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(UsageError);
    expect(thrown).toMatchObject({ code: 'usage-option' });
    return thrown as UsageError;
  }
  throw new Error('nothing was refused');
};

describe('defaults', () => {
  test('4 sinks, a cut every 16 slots, the prompt as a whole', () => {
    expect(evict({ policy: h2o(), budget: 512 })).toMatchObject({ sinks: 4, every: 16, prefill: 'whole' });
  });

  test.each([
    [h2o(), 254],
    [keyformer(), 254],
    [tova(), 0],
    [random(), 0],
    [streamingLlm(), 508],
    [snapKv({ window: 24 }), 24],
  ])('recent slots of $name', (policy, recent) => {
    expect(evict({ policy, budget: 512 }).recent).toBe(recent);
  });

  test('half of what sinks leave of a pyramid, in every layer', () => {
    const method = evict({ policy: h2o(), budget: pyramid(400, { beta: 4 }) });
    expect(method.recent).toBe(198);
    // 202 stay anyway, and 346.5 to 49.5 more are chosen.
    expect(layerBudgets(method, 2)).toEqual([549, 251]);
  });

  test('the window of a pyramid is what its smallest layer has', () => {
    expect(evict({ policy: streamingLlm(), budget: pyramid(100, { beta: 4 }) }).recent).toBe(24);
  });

  test('sinks above the default leave recent slots their room', () => {
    expect(evict({ policy: h2o(), budget: 10, sinks: 9 }).recent).toBe(0);
    expect(evict({ policy: h2o(), budget: 1, sinks: 0 }).recent).toBe(0);
  });
});

test('the spec says all that was settled, and only what the policy has a use for', () => {
  const text = (options: EvictOptions): string => formatSpec(evict(options).spec);
  expect(text({ policy: h2o(), budget: 170, recent: 64 })).toBe('h2o:budget=170,sinks=4,recent=64,every=16,decay=1');
  expect(text({ policy: snapKv(), budget: 170 })).toBe('snap-kv:budget=170,sinks=4,window=32,pool=5');
  expect(text({ policy: streamingLlm(), budget: 170, sinks: 0, every: 1 })).toBe(
    'streaming-llm:budget=170,sinks=0,every=1,positions=original',
  );
  expect(text({ policy: random(), budget: adaptivePerHead(64), prefill: 'chunked' })).toBe(
    'random:budget=64,sinks=4,recent=0,every=16,budgets=adaptive-per-head,floor=0.2,prefill=chunked',
  );
});

test.each<[string, EvictOptions, happened: string, expected: string]>([
  ['no budget', { policy: h2o(), budget: 0 }, 'budget of evict() is 0', 'an integer of at least 1'],
  ['half a slot', { policy: h2o(), budget: 2.5 }, 'budget of evict() is 2.5', 'an integer'],
  ['a budget that is no number', { policy: h2o(), budget: Number.NaN }, 'budget of evict() is NaN', 'an integer'],
  ['a negative sink', { policy: h2o(), budget: 8, sinks: -1 }, 'sinks of evict() is -1', 'an integer of at least 0'],
  ['sinks for all slots', { policy: h2o(), budget: 8, sinks: 8 }, 'sinks of evict() is 8', 'from 0 to 7'],
  ['default sinks for all slots', { policy: tova(), budget: 4 }, 'sinks of evict() is 4', 'from 0 to 3'],
  ['no room between', { policy: h2o(), budget: 8, sinks: 4, recent: 4 }, 'recent of evict() is 4', 'below 4'],
  ['a window that does not fit', { policy: snapKv(), budget: 36 }, 'window of evict() is 32', 'below 32'],
  ['never a cut', { policy: h2o(), budget: 8, every: 0 }, 'every of evict() is 0', 'an integer of at least 1'],
  ['cuts that do not come', { policy: snapKv(), budget: 99, every: 4 }, 'every of evict() is 4', 'once'],
  ['chunks without the last rows', { policy: snapKv(), budget: 99, prefill: 'chunked' }, 'prefill', 'last rows'],
  ['recent beside a window', { policy: snapKv(), budget: 99, recent: 8 }, 'recent of evict() is 8', 'says 32'],
  ['recent of a window', { policy: streamingLlm(), budget: 99, recent: 8 }, 'recent of evict() is 8', 'says 95'],
  ['one set and competing heads', { policy: tova(), budget: adaptivePerHead(64) }, 'budget', 'one set'],
  [
    'ranks and unequal layers',
    { policy: streamingLlm({ positions: 'rank' }), budget: pyramid(64) },
    'budget of evict() is "pyramid"',
    'uniform',
  ],
  ['a layer without room', { policy: snapKv(), budget: pyramid(36) }, 'window of evict() is 32', 'smallest layer'],
])('%s is refused', (_, options, happened, expected) => {
  const { message } = error(options);
  expect(message).toContain(happened);
  expect(message).toContain(expected);
});

test('what is no option, no policy or no way of prefill is refused', () => {
  expect(error({ policy: h2o(), budget: 8, sink: 1 } as EvictOptions).message).toContain('parameter sink of');
  expect(error({ policy: 'h2o', budget: 8 } as unknown as EvictOptions).message).toContain('parameter policy of');
  expect(error({ policy: h2o(), budget: 8, prefill: 'half' } as unknown as EvictOptions).message).toContain('"half"');
  expect(error({ policy: h2o() } as unknown as EvictOptions).message).toContain('budget of evict() is undefined');
});

test('streaming-llm keeps what the sinks leave, though nothing is left to choose', () => {
  expect(evict({ policy: streamingLlm(), budget: uniform(5), sinks: 4 })).toMatchObject({ sinks: 4, recent: 1 });
});

test('slots of layers are those of the budget, if each has room', () => {
  const method = evict({ policy: h2o(), budget: pyramid(170), sinks: 4, recent: 3 });
  expect(layerBudgets(method, 30).reduce((sum, slots) => sum + slots)).toBe(30 * 170);
  const budget = {
    ...uniform(64),
    perLayer: (layers: number) => Array.from({ length: layers }, () => (layers > 2 ? 6 : 64)),
  };
  expect(() => layerBudgets(evict({ policy: h2o(), budget, recent: 3 }), 30)).toThrow('recent of evict() is 3');
});
