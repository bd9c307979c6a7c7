import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/core/errors.ts';
import { formatSpec, parseSpec, type MethodSpec } from '../../../src/core/method-spec.ts';
import { makeMethod, METHODS } from '../../../src/methods/index.ts';
import type { MethodKind } from '../../../src/methods/index.ts';

const ALL: readonly MethodKind[] = ['cache', 'attention-decode', 'attention-mask', 'kv', 'decoding'];
const make = (text: string | MethodSpec) => makeMethod(text, ALL, 'a test');

/** A spec of a made value. */
const specOf = (value: ReturnType<typeof make>): MethodSpec =>
  typeof value === 'string'
    ? { name: value, parameters: {} }
    : 'spec' in value
      ? value.spec
      : { name: value.name, parameters: value.parameters };

/** The method with nothing but what is required: plenty of slots, so that defaults have room. */
const least = ({ name, parameters }: (typeof METHODS)[number]): MethodSpec => ({
  name,
  parameters: Object.fromEntries(parameters.flatMap((one) => (one.default === 'required' ? [[one.key, 512]] : []))),
});

describe.each(METHODS.map((method) => [method.name, method] as const))('%s', (_, method) => {
  test('what is listed as default is what it takes by itself', () => {
    const made = specOf(make(least(method))).parameters;
    for (const { key, default: value } of method.parameters) {
      if (typeof value === 'number') expect(made, key).toMatchObject({ [key]: value });
      // A choice that the spec leaves unsaid is the default too.
      else if (typeof value === 'object' && 'word' in value) expect([undefined, value.word]).toContain(made[key]);
    }
  });

  test('a made value has a spec, from which an equal value is made', () => {
    const spec = specOf(make(least(method)));
    expect(spec.name).toBe(method.name);
    const again = specOf(make(parseSpec(formatSpec(spec))));
    expect(again).toEqual(spec);
    expect(Object.keys(spec.parameters).filter((key) => !method.parameters.some((one) => one.key === key))).toEqual([]);
  });

  test('it refuses keys that it has not, and values outside what it lists', () => {
    const { name, parameters } = least(method);
    expect(() => make({ name, parameters: { ...parameters, nothing: 1 } })).toThrow('has no parameter nothing');
    for (const { key, range } of method.parameters) {
      const wrong =
        'min' in range
          ? [range.min - 1, (range.max ?? Infinity) + 1, 'word', ...(range.above ? [range.min] : [])]
          : ['wrong', 15];
      for (const value of wrong)
        expect(() => make({ name, parameters: { ...parameters, [key]: value } }), `${key}=${value}`).toThrow(
          UsageError,
        );
    }
  });

  test('it is described in sentences, with a paper that can be found', () => {
    expect(method.description).toMatch(/^[A-Z].*\.$/);
    if (method.paper) expect(method.paper.url).toMatch(/^https:\/\/arxiv\.org\/abs\/\d{4}\.\d{5}$/);
    expect(method.status).toMatch(/^(faithful|differs: .+)$/);
    // What drafts changes no answer: test/engine/drafts.test.ts holds it to that.
    if (method.kind !== 'kv' && method.kind !== 'decoding') expect(method.laws.length).toBeGreaterThan(0);
  });
});

test('names stand once', () => {
  expect(new Set(METHODS.map(({ name }) => name)).size).toBe(METHODS.length);
});

test.each([
  'h2o:budget=170,sinks=4,recent=64',
  'keyformer:budget=170,sinks=4,recent=64',
  'tova:budget=170,sinks=0',
  'streaming-llm:budget=170,sinks=4',
  'snap-kv:budget=170,window=32,pool=5,sinks=4',
  'random:budget=170,budgets=pyramid,beta=8',
  'h2o:budget=170,budgets=adaptive-per-head,floor=0.5,prefill=chunked,every=1,decay=0.9',
  'keyformer:budget=64,tau-first=1,tau-last=1.5',
  'streaming-llm:budget=170,positions=rank',
  'token-select:k=102,sinks=4,recent=64,scoring=release,theta=0.9',
  'quest:pages=10,page=16,sinks=4,recent=64,dense=2',
  'oracle-top-k:k=8',
  'sliding-window:window=64',
  'a-shape:sinks=4,window=64',
  'token-recycling:nodes=8,tree=fixed',
  'suffix-lookup:nodes=32,least=2,branches=4',
])('%s sets what it says', (text) => {
  expect(specOf(make(text)).parameters).toMatchObject(parseSpec(text).parameters);
});

test('what a budget is not made of is refused', () => {
  expect(() => make('h2o:budget=99,beta=3')).toThrow('beta stands beside budgets=uniform');
  expect(() => make('h2o:budget=99,budgets=pyramid,floor=0.3')).toThrow('floor stands beside budgets=pyramid');
  expect(() => make('tova:budget=99,budgets=adaptive-per-head')).toThrow(UsageError);
  expect(() => make('snap-kv:budget=99,every=2')).toThrow('has no parameter every');
});

test('a missing, unknown or misplaced method says what there is', () => {
  expect(() => make('h2o')).toThrow('needs budget');
  expect(() => makeMethod('h3o', ['cache'], 'the cache')).toThrow(
    'There is no method "h3o" (given for the cache). The methods for the cache are h2o, keyformer,',
  );
  expect(() => makeMethod('quest:pages=2', ['cache'], 'the cache')).toThrow('where it has no meaning');
  expect(() => make({ name: 'constructor', parameters: {} })).toThrow('no method "constructor"');
});
