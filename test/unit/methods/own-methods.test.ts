import { afterEach, describe, expect, test } from 'vitest';
import { defineMask, defineSelection } from '../../../src/attention/index.ts';
import { selectionName } from '../../../src/attention/selection.ts';
import { definePolicy, evict, h2o, streamingLlm } from '../../../src/cache/index.ts';
import { policyName } from '../../../src/cache/policy.ts';
import type { ConversationOptions, Engine } from '../../../src/core/api.ts';
import { f32, u32, word } from '../../../src/core/settings.ts';
import { pipelineKey } from '../../../src/gpu/compile.ts';
import { makeMethod, METHODS, registerMethod } from '../../../src/methods/index.ts';
import { createWorkerEngine } from '../../../src/worker/client.ts';
import { serveEngine } from '../../../src/worker/host.ts';
import { cacheMethodOf } from '../../../src/methods/options.ts';
import { fakeEngine, newLog } from '../worker/fake-engine.ts';

const TEXT = { description: 'Does it.', paper: undefined, status: 'faithful', laws: [] } as const;
const score = (text: string) => [
  { name: 'score', text: `fn slot_score(sequence : u32, kv_head : u32, slot : u32, length : u32) -> f32 { ${text} }` },
];

const policyOf = (name: string, text = 'return setting_weight(sequence);') =>
  definePolicy({
    ...TEXT,
    name,
    settings: {
      weight: f32(1, { min: 0, says: 'a weight' }),
      rows: u32('required', { min: 1, says: 'rows' }),
      mode: word('slow', ['slow', 'fast'], 'how'),
    },
    derived: { twice: { type: 'f32', of: ({ weight }, { maxTokens }) => 2 * weight * maxTokens } },
    score: score(text),
    traits: ({ rows }) => ({ recent: rows }),
  });

const selectionOf = (name: string) =>
  defineSelection({
    ...TEXT,
    name,
    settings: { k: u32('required', { says: 'slots' }) },
    traits: ({ k }) => ({ dense: 0, mostSlots: k, encode: () => undefined }),
  });

describe('what a method declares', () => {
  test('becomes its words, and the functions that read those which its WGSL calls', () => {
    const policy = policyOf('mine')({ rows: 3, weight: 0.5 });
    expect(policy.words.words.map(({ name, type }) => [name, type])).toEqual([
      ['weight', 'f32'],
      ['rows', 'u32'],
      ['twice', 'f32'],
    ]);
    const packed = policy.words.pack(policy.values, { promptEnd: 9, maxTokens: 4 });
    expect([...new Float32Array(packed.buffer)].filter((_, i) => i !== 1)).toEqual([0.5, 4]);
    expect(packed[1]).toBe(3);
    expect(policy.score[0]!.text).toBe(
      `fn setting_weight(sequence : u32) -> f32 { return method_setting(sequence, ${policy.words.first}u); }`,
    );
    expect(h2o().score).toHaveLength(1);
  });

  test('has no more numbers for kernels than there are words', () => {
    const settings = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`s${i}`, u32(0, { says: 'a number' })]));
    const define = () => definePolicy({ ...TEXT, name: 'large', settings, score: score(''), traits: () => ({}) });
    expect(define).toThrow('large has 9 numbers for kernels, and there are 8 words.');
  });

  test('has no setting that every eviction has', () => {
    const settings = { sinks: u32(0, { says: 'a number' }) };
    const define = () => definePolicy({ ...TEXT, name: 'mine', settings, score: score(''), traits: () => ({}) });
    expect(define).toThrow('mine has a setting sinks, and every eviction has one of this name.');
  });

  test.each<[object, string]>([
    [{}, 'The parameter rows of mine is undefined.'],
    [{ rows: 1, weight: -1 }, 'The parameter weight of mine is -1. It must be a number of at least 0.'],
    [{ rows: 1, mode: 'odd' }, 'The parameter mode of mine is "odd". It must be slow or fast.'],
    [{ rows: 1, wieght: 1 }, 'mine has no parameter wieght. mine has weight, rows, mode.'],
  ])('%j is refused', (options, words) => {
    expect(() => policyOf('mine').make(options as never)).toThrow(words);
  });
});

describe('methods of one name', () => {
  test('have kernels and plans of their own, whatever they call themselves', () => {
    const [one, other] = ['return 1.0;', 'return 2.0;'].map((text) => policyOf('twin', text)({ rows: 1 }));
    expect(policyName(one!)).toBe('twin');
    expect(policyName(other!)).toBe('twin#2');
    expect(policyName(policyOf('twin', 'return 1.0;')({ rows: 9 }))).toBe('twin');
    expect(policyName({ ...one!, score: score('return 3.0;') })).toBe('twin#3');
    const key = (parts: (typeof one & object)['score']) => pipelineKey({ name: 'k', parts, constants: {}, access: [] });
    expect(key(one!.score)).not.toBe(key(other!.score));
    expect(key(one!.score)).toBe(key(policyOf('twin', 'return 1.0;')({ rows: 2 }).score));
    expect(policyName(streamingLlm({ positions: 'rank' }))).toBe('streaming-llm by rank');
  });

  test('selections are told apart by what made them', () => {
    const [one, other] = [selectionOf('twin'), selectionOf('twin')];
    expect([one({ k: 1 }), one({ k: 2 }), other({ k: 1 })].map(selectionName)).toEqual(['twin', 'twin', 'twin#2']);
  });
});

describe('registerMethod', () => {
  test('makes a method known by its name, last of all, once', () => {
    const mine = policyOf('value-norm');
    registerMethod(mine);
    registerMethod(mine);
    expect(METHODS.filter(({ name }) => name === 'value-norm')).toHaveLength(1);
    expect(METHODS.at(-1)).toMatchObject({ name: 'value-norm', kind: 'cache' });
    // What the policy ties is no parameter of the eviction.
    expect(METHODS.at(-1)!.parameters.map(({ key }) => key)).not.toContain('recent');
    expect(makeMethod('value-norm:budget=9,rows=2,sinks=1,weight=0.5', ['cache'], 'a test').spec.parameters).toEqual({
      budget: 9,
      sinks: 1,
      every: 16,
      weight: 0.5,
      rows: 2,
      mode: 'slow',
    });
  });

  test('takes selections and masks', () => {
    registerMethod(selectionOf('my-selection'));
    registerMethod(defineMask({ ...TEXT, name: 'my-mask', settings: {}, traits: () => ({ window: 8, sinks: 0 }) }));
    expect(makeMethod('my-selection:k=3', ['attention-decode'], 'a test').mostSlots).toBe(3);
    expect(makeMethod('my-mask', ['attention-mask'], 'a test').window).toBe(8);
  });

  test.each(['h2o', 'quest', 'q8'])('refuses the name %s, which is taken', (name) => {
    expect(() => registerMethod(policyOf(name))).toThrow(`A method "${name}" was registered`);
  });

  test('refuses a name that no text could ask for', () => {
    expect(() => registerMethod(policyOf('My Method'))).toThrow('is no name');
  });
});

describe('a method of one’s own behind a Worker', () => {
  const ports: MessagePort[] = [];
  afterEach(() => {
    for (const port of ports.splice(0)) port.close();
  });

  test('crosses as plain data, and the Worker that registered it makes the same of it', async () => {
    const mine = policyOf('behind-a-worker');
    // What a Worker script of one's own does; here both sides are one thread.
    registerMethod(mine);
    const { port1: page, port2: worker } = new MessageChannel();
    ports.push(page, worker);
    let opened: (options: ConversationOptions | undefined) => void;
    const options = new Promise<ConversationOptions | undefined>((resolve) => (opened = resolve));
    serveEngine(worker, async (): Promise<Engine> => {
      const fake = fakeEngine(newLog());
      return { ...fake, conversation: (given) => (opened(given), fake.conversation(given)) };
    });
    const engine = await createWorkerEngine({ model: 'x', worker: page });
    const wanted = evict({ policy: mine({ rows: 4, weight: 0.25 }), budget: 64 });
    engine.conversation({ cache: wanted });
    const { cache } = (await options)!;
    expect(cache).toEqual({ name: 'behind-a-worker', parameters: wanted.spec.parameters });
    const made = cacheMethodOf(cache!);
    expect(made).not.toBe(wanted);
    expect(made.spec).toEqual(wanted.spec);
    expect(policyName(made.policy)).toBe(policyName(wanted.policy));
    expect(made.policy.values).toEqual(wanted.policy.values);
    await engine.dispose();
  });
});
