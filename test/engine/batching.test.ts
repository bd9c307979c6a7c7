import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/core/rng.ts';
import { tokenMask } from '../../src/constraints/index.ts';
import { runtimeOf } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/index.ts';
import { tinyEngine } from '../support/tiny-engine.ts';

const ids = (count: number, seed: number): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.below(320));
};

let engine: Engine;
beforeAll(async () => {
  engine = await tinyEngine({ contextLength: 2048, seed: 31, tied: false }, { context: 2048 });
});
afterAll(() => engine?.dispose());

const options = { maxTokens: 20, ignoreEos: true } as const;

test('two conversations in one step get what each gets alone', async () => {
  const [a, b] = [ids(6, 1), ids(7, 2)];
  const alone = [(await engine.generate(a, options).result).ids, (await engine.generate(b, options).result).ids];
  const before = (await engine.report()).steps;
  const together = await Promise.all([engine.generate(a, options).result, engine.generate(b, options).result]);
  expect(together.map((result) => result.ids)).toEqual(alone);
  const after = (await engine.report()).steps;
  // 20 tokens each: one fed step and 19 replays for both, not for each.
  expect(after.decode - before.decode).toBeLessThanOrEqual(22);
});

test('one that joins late and one that stops early leave the others as they are', async () => {
  const prompts = [ids(5, 4), ids(40, 5), ids(3, 6)];
  const lengths = [24, 6, 15];
  const alone: (readonly number[])[] = [];
  for (const [i, prompt] of prompts.entries())
    alone.push((await engine.generate(prompt, { ...options, maxTokens: lengths[i]! }).result).ids);
  const first = engine.generate(prompts[0]!, { ...options, maxTokens: lengths[0]! });
  const iterator = first[Symbol.asyncIterator]();
  await iterator.next();
  const rest = [1, 2].map((i) => engine.generate(prompts[i]!, { ...options, maxTokens: lengths[i]! }).result);
  const results = await Promise.all([first.result, ...rest]);
  expect(results.map((result) => result.ids)).toEqual(alone);
});

test('a prompt fed in chunks gives the logits of one fed token by token', async () => {
  const prompt = ids(150, 7);
  const chunked = await engine.score(prompt, { logits: [149], top: 5 });
  const conversation = engine.conversation();
  // Raw ids that extend the cached ones are fed alone.
  let last: readonly number[] = [];
  for (let length = 1; length <= 150; length += 7) {
    const slice = prompt.slice(0, length);
    last = (await conversation.generate(slice, { maxTokens: 1, ignoreEos: true }).result).ids;
  }
  const { ids: finalIds, cachedTokens } = await conversation.generate(prompt, { maxTokens: 1, ignoreEos: true }).result;
  expect(cachedTokens).toBeGreaterThan(140);
  expect(finalIds[0]).toBe(chunked.logits[0]!.top[0]![0]);
  expect(last.length).toBe(1);
  await conversation.dispose();
});

test('the cache grows by doubling, and what was cached stays', async () => {
  const prompt = ids(30, 9);
  const alone = await engine.generate(prompt, { maxTokens: 60, ignoreEos: true }).result;
  const conversation = engine.conversation();
  const { pages } = (await engine.report()).cache;
  const long = await conversation.generate(prompt, { maxTokens: 60, ignoreEos: true }).result;
  expect(long.ids).toEqual(alone.ids);
  const filled = engine.conversation();
  await filled.generate(ids(1500, 10), { maxTokens: 2, ignoreEos: true }).result;
  const report = await engine.report();
  expect(report.cache.pages).toBeGreaterThan(pages);
  expect(report.cache.growths).toBeGreaterThan(0);
  const more = await conversation.generate([...prompt, ...alone.ids], { maxTokens: 5, ignoreEos: true }).result;
  expect(more.cachedTokens).toBeGreaterThanOrEqual(89);
  await Promise.all([conversation.dispose(), filled.dispose()]);
});

test('a long prompt that waits for a short one goes on where it was', async () => {
  const [long, short] = [ids(1000, 70), ids(90, 71)];
  const alone = [(await engine.generate(long, options).result).ids, (await engine.generate(short, options).result).ids];
  const first = engine.generate(long, options).result;
  const idle = engine.conversation();
  // Each is read between two steps.
  for (let i = 0; i < 3; i++) await idle.memory();
  const second = engine.generate(short, options).result;
  expect([(await first).ids, (await second).ids]).toEqual(alone);
  await idle.dispose();
});

test('what is asked for just as the last work ends is done', async () => {
  const conversation = engine.conversation();
  // One of these moments is that between the end of the scheduler's loop and its being noticed.
  for (let moment = 0; moment < 12; moment++) {
    await conversation.memory();
    for (let i = 0; i < moment; i++) await Promise.resolve();
    const { result } = conversation.generate(ids(3, 60 + moment), { maxTokens: 1, ignoreEos: true });
    expect((await result).ids).toHaveLength(1);
  }
  await conversation.dispose();
});

test('twenty conversations in one step get what each gets alone', async () => {
  const asked = Array.from({ length: 20 }, (_, i) => ({
    prompt: ids(3 + (i % 7), 200 + i),
    options: {
      ...options,
      // Some have a table of token counts, some tell log-probabilities.
      ...(i % 4 === 1 && { repetitionPenalty: 1.5, frequencyPenalty: 0.25 }),
      ...(i % 5 === 2 && { logprobs: 2 }),
    },
  }));
  const alone: (readonly number[])[] = [];
  for (const { prompt, options: own } of asked) alone.push((await engine.generate(prompt, own).result).ids);
  const { statistics } = runtimeOf(engine).scheduler;
  const { decode } = statistics;
  const together = await Promise.all(asked.map(({ prompt, options: own }) => engine.generate(prompt, own).result));
  expect(together.map((result) => result.ids)).toEqual(alone);
  expect(together.map(({ logprobs }) => logprobs?.length)).toEqual(asked.map((_, i) => (i % 5 === 2 ? 20 : undefined)));
  expect(statistics.decode - decode).toBeLessThanOrEqual(24);
});

test('more than eight conversations whose rows select in one step get what each gets alone', async () => {
  const attention = 'quest:pages=3,recent=16';
  const asked = Array.from({ length: 12 }, (_, i) => ids(90 + 5 * i, 300 + i));
  const ask = async (prompt: readonly number[]): Promise<readonly number[]> => {
    const conversation = engine.conversation({ attention });
    const result = await conversation.generate(prompt, { ...options, maxTokens: 60 }).result;
    await conversation.dispose();
    return result.ids;
  };
  const alone: (readonly number[])[] = [];
  for (const prompt of asked) alone.push(await ask(prompt));
  expect(await Promise.all(asked.map(ask))).toEqual(alone);
});

test('more runs than rows wait their turn and all end', async () => {
  const results = await Promise.all(
    Array.from(
      { length: 70 },
      (_, i) => engine.generate(ids(2 + (i % 9), 50 + i), { maxTokens: 3 + (i % 4), ignoreEos: true }).result,
    ),
  );
  expect(results.map((result) => result.ids.length)).toEqual(Array.from({ length: 70 }, (_, i) => 3 + (i % 4)));
});

test('conversations that store keys and values otherwise are computed ahead by turns, and get what each gets alone', async () => {
  const prompts = [ids(9, 80), ids(12, 81)];
  const conversations = [engine.conversation({ kv: 'f16' }), engine.conversation({ kv: 'q8' })];
  const ask = (i: number) => conversations[i]!.generate(prompts[i]!, { ...options, maxTokens: 40 }).result;
  const alone = [(await ask(0)).ids, (await ask(1)).ids];
  const { statistics } = runtimeOf(engine).scheduler;
  const { decode, replayed } = statistics;
  expect((await Promise.all([ask(0), ask(1)])).map((result) => result.ids)).toEqual(alone);
  // Of 80 tokens most are drawn in steps that the GPU feeds itself.
  expect(statistics.decode - decode).toBeLessThanOrEqual(82);
  expect(statistics.replayed - replayed).toBeGreaterThan(60);
  await Promise.all(conversations.map((conversation) => conversation.dispose()));
});

test('a conversation that is held to a constraint leaves the others their lookahead', async () => {
  const prompts = [ids(5, 90), ids(6, 91)];
  const free = { ...options, maxTokens: 30 };
  const alone = [
    (await engine.generate(prompts[0]!, free).result).ids,
    (await engine.generate(prompts[1]!, free).result).ids,
  ];
  const { inFlight } = runtimeOf(engine).scheduler;
  const sizes: number[] = [];
  const push = inFlight.push.bind(inFlight);
  inFlight.push = (step, wait) => {
    const constrained = step.parts.map(({ run }) => run.constraint !== undefined);
    sizes.push(new Set(constrained).size);
    push(step, wait);
  };
  const results = await Promise.all([
    engine.generate(prompts[0]!, free).result,
    engine.generate(prompts[1]!, { ...free, constraint: tokenMask(() => undefined) }).result,
  ]);
  inFlight.push = push;
  expect(results.map((result) => result.ids)).toEqual(alone);
  // No step has both: the constrained run's wait for the CPU is its own.
  expect(new Set(sizes)).toEqual(new Set([1]));
});
