import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/core/rng.ts';
import { runtimeOf } from '../../src/engine/engine.ts';
import { resolveMethods } from '../../src/engine/memory/resolve-methods.ts';
import { cutRule } from '../../src/engine/memory/sequence-methods.ts';
import type { Conversation, Engine, GenerationResult, MemoryView, MethodOptions } from '../../src/index.ts';
import { heldWords } from '../support/held-cache.ts';
import { tinyEngine } from '../support/tiny-engine.ts';
import { drawnMethods, namedMethods } from './drawn-methods.ts';
import { caseName, METHOD_CASES } from './method-table.ts';

/** Longer than a chunk of a prompt on every adapter of these tests, and off every tile. */
const PROMPT = 90;
const LAYERS = 3;
const GROUP = 3;

const ids = (count: number, seed: number): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.below(320));
};
const answer = (conversation: Conversation, prompt: readonly number[], maxTokens: number): Promise<GenerationResult> =>
  conversation.generate(prompt, { maxTokens, ignoreEos: true, logprobs: 0 }).result;

let engine: Engine;
const begun = new Set<Conversation>();
beforeAll(async () => {
  const model = { contextLength: 1024, seed: 71, tied: false, layers: LAYERS, qHeads: 2 * GROUP, kvHeads: 2 } as const;
  engine = await tinyEngine(model, { context: 1024 });
});
afterAll(() => engine?.dispose());
// Also where a test fails: the next one looks for the only conversation that is left.
afterEach(async () => {
  await Promise.all([...begun].map((conversation) => conversation.dispose()));
  begun.clear();
});

function begin(methods: MethodOptions): Conversation {
  const conversation = engine.conversation({ ...methods, seed: 9 });
  begun.add(conversation);
  return conversation;
}

interface Told {
  readonly result: GenerationResult;
  readonly memory: MemoryView;
  readonly words: number[][][] | undefined;
}

/** Lets a conversation of these methods answer a prompt; reads the cache where its first `length` slots are asked for. */
async function tell(methods: MethodOptions, prompt: readonly number[], maxTokens: number, length = 0): Promise<Told> {
  const conversation = begin(methods);
  const result = await answer(conversation, prompt, maxTokens);
  const memory = await conversation.memory();
  const runtime = runtimeOf(engine);
  const words = length > 0 ? await heldWords(runtime, runtime.sequences.leases.at(-1)!, length) : undefined;
  await conversation.dispose();
  return { result, memory, words };
}

describe('with room for all slots, or all of them chosen, nothing differs from attention without a method', () => {
  const prompt = ids(PROMPT, 1);
  const length = PROMPT + 29;
  let plain: Told;
  beforeAll(async () => {
    plain = await tell({}, prompt, 30, length);
  });

  test.each(namedMethods('room for all'))('%s', async (_, { loose }) => {
    const told = await tell(loose, prompt, 30, length);
    expect(told.result.ids).toEqual(plain.result.ids);
    told.result.logprobs!.forEach(({ logprob }, i) =>
      expect(Math.abs(logprob - plain.result.logprobs![i]!.logprob)).toBeLessThan(1e-3),
    );
    expect(told.memory.layers.map((heads) => heads.map(({ positions }) => positions))).toEqual(
      plain.memory.layers.map((heads) => heads.map(({ positions }) => positions)),
    );
    // Keys and values of the prompt are the same to the bit; those behind it went through another attention kernel.
    const same = loose.attention === undefined ? length : PROMPT;
    expect(told.words!.map((slots) => slots.slice(0, same))).toEqual(plain.words!.map((slots) => slots.slice(0, same)));
  });
});

describe('64 tokens beyond the budget', () => {
  const evicting = METHOD_CASES.filter(({ tight }) => tight.cache !== undefined);

  test.each(namedMethods('budget', evicting))(
    '%s keeps what it has to, within its budget and its memory',
    async (_, { tight }) => {
      const { config } = runtimeOf(engine);
      const methods = resolveMethods(tight, config);
      const { sinks, recent, every, policy, budget } = methods.cache!;
      const conversation = begin(tight);
      await answer(conversation, ids(PROMPT, 2), 64);
      const { layers, bytes, fullBytes, tokens } = await conversation.memory();
      // The last token drawn is not computed yet.
      expect(tokens).toBeGreaterThanOrEqual(PROMPT + 63);
      const { budgets } = cutRule(methods, config)!;
      const decoded = tokens - PROMPT;
      layers.forEach((heads, layer) => {
        const kept = heads.map(({ positions }) => positions.length);
        const most = policy.cuts === 'prompt' ? budgets[layer]! + decoded : budgets[layer]! + every - 1;
        const sum = kept.reduce((a, b) => a + b, 0);
        expect(sum).toBeLessThanOrEqual(most * heads.length);
        expect(sum).toBeGreaterThanOrEqual(budgets[layer]! * heads.length);
        if (budget.floor === 0) expect(new Set(kept).size).toBe(1);
        for (const { positions } of heads) {
          expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
          expect(positions.slice(0, sinks)).toEqual(Array.from({ length: sinks }, (__, i) => i));
          const last = policy.positions === 'rank' ? positions.length : tokens;
          expect(recent === 0 ? [] : positions.slice(-recent)).toEqual(
            Array.from({ length: recent }, (__, i) => last - recent + i),
          );
        }
        if (policy.scope === 'layer') for (const { positions } of heads) expect(positions).toEqual(heads[0]!.positions);
      });
      expect(bytes).toBeLessThan(fullBytes);
      const report = (await engine.report()).conversations.find(({ disposed }) => !disposed)!;
      expect(report).toMatchObject({ tokens, bytes, slotsEvicted: tokens - report.slotsKept });
      expect(report.cuts).toBeGreaterThan(0);
      // More tokens take no more memory.
      if (policy.cuts === 'always') {
        const text = ids(PROMPT, 4);
        for (const count of [100, 50]) text.push(...(await answer(conversation, text, count)).ids);
        const before = (await engine.report()).bytes.cache;
        await answer(conversation, text, 400);
        const after = await conversation.memory();
        expect(after.tokens).toBeGreaterThan(PROMPT + 500);
        expect(after.bytes).toBe(bytes);
        expect((await engine.report()).bytes.cache).toBe(before);
      }
    },
  );

  test.each<MethodOptions>([
    { cache: 'h2o:budget=400' },
    { cache: 'h2o:budget=400', attention: 'quest:pages=2,recent=8' },
    { cache: 'h2o:budget=400', attention: 'oracle-top-k:k=9,recent=8,dense=1' },
  ])('mass adds up to the rows that were read and the query heads of a group: %j', async (methods) => {
    const { memory } = await tell(methods, ids(PROMPT, 3), 20);
    for (const heads of memory.layers)
      for (const { mass } of heads)
        expect(mass!.reduce((a, b) => a + b, 0) / (memory.tokens * GROUP)).toBeCloseTo(1, 3);
  });
});

describe('a later turn whose prompt is one token', () => {
  test.each<[string, number]>([
    ['tova:budget=400', 1],
    ['snap-kv:budget=400,window=1', 1],
    ['h2o:budget=400', PROMPT + 1],
  ])('%s: mass is what its window of rows saw', async (cache, rows) => {
    const conversation = begin({ cache });
    const prompt = ids(PROMPT, 8);
    await answer(conversation, prompt, 1);
    // The token that was drawn is not computed, and another takes its place.
    const { cachedTokens } = await answer(conversation, [...prompt, 11], 1);
    expect(cachedTokens).toBe(PROMPT);
    for (const heads of (await conversation.memory()).layers)
      for (const { mass } of heads) expect(mass!.reduce((a, b) => a + b, 0) / GROUP).toBeCloseTo(rows, 3);
  });

  test.each(namedMethods('later turn'))(
    '%s, with room for all: gets what it gets in one turn',
    async (_, { loose }) => {
      const prompt = ids(PROMPT, 8);
      const { result } = await tell(loose, [...prompt, 11], 8);
      const conversation = begin(loose);
      await answer(conversation, prompt, 1);
      expect((await answer(conversation, [...prompt, 11], 8)).ids).toEqual(result.ids);
    },
  );
});

describe('conversations of all methods in the same steps', () => {
  test('each gets what it gets alone', async () => {
    const cases = drawnMethods('same steps');
    const methods = cases.map(({ tight }) => tight);
    const prompts = methods.map((_, i) => ids(40 + 20 * i, 20 + i));
    const alone: GenerationResult[] = [];
    for (const [i, tight] of methods.entries()) alone.push((await tell(tight, prompts[i]!, 40)).result);
    const conversations = methods.map(begin);
    const together = await Promise.all(conversations.map((conversation, i) => answer(conversation, prompts[i]!, 40)));
    together.forEach((result, i) => expect(result.ids, caseName(cases[i]!)).toEqual(alone[i]!.ids));
  });
});

describe('what is taken back leaves no trace', () => {
  test.each(namedMethods('taken back'))('%s', async (_, { tight }) => {
    const [prompt, other] = [ids(PROMPT, 5), ids(30, 6)];
    const want = (await tell(tight, [...prompt, ...other], 30)).result.ids;
    const conversation = begin(tight);
    await answer(conversation, [...prompt, ...ids(20, 7)], 30);
    const { ids: got, cachedTokens } = await answer(conversation, [...prompt, ...other], 30);
    expect(got).toEqual(want);
    const { restarts } = (await engine.report()).conversations.find(({ disposed }) => !disposed)!;
    // What was evicted cannot be brought back: all is computed again, and said so.
    expect([restarts, cachedTokens]).toEqual(tight.cache === undefined ? [0, PROMPT] : [1, 0]);
  });
});
