import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine, TokenEvent } from '../../src/index.ts';
import { tinyEngine } from '../support/tiny-engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await tinyEngine({ contextLength: 1024, seed: 41, tied: false }, { context: 1024 });
});
afterAll(() => engine?.dispose());

const few = { maxTokens: 6, temperature: 0, ignoreEos: true } as const;

test('the stream is the result, token by token', async () => {
  const generation = engine.chat([{ role: 'user', content: 'hello' }], few);
  const events: TokenEvent[] = [];
  for await (const event of generation) events.push(event);
  const result = await generation.result;
  expect(events.map(({ id }) => id)).toEqual(result.ids);
  expect(events.map(({ text }) => text).join('')).toBe(result.text);
  expect(result.finish).toBe('length');
  expect(result.promptTokens).toBeGreaterThan(0);
});

test('a second turn feeds only what is new, and equals a chat from the start', async () => {
  const conversation = engine.conversation({ system: 'be brief' });
  await conversation.send('one', few).result;
  const second = await conversation.send('two', few).result;
  expect(second.cachedTokens).toBeGreaterThan(second.promptTokens / 2);
  expect(conversation.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user', 'assistant']);
  await conversation.dispose();
});

test('regenerate answers the same message again from the cached prefix', async () => {
  const conversation = engine.conversation();
  const first = await conversation.send('tell me', few).result;
  const again = await conversation.regenerate(few).result;
  expect(again.ids).toEqual(first.ids);
  expect(again.cachedTokens).toBe(again.promptTokens - 1);
  expect(conversation.messages.length).toBe(2);
  await conversation.dispose();
});

test('edited history is recomputed from the edit', async () => {
  const conversation = engine.conversation();
  await conversation.chat([{ role: 'user', content: 'alpha beta' }], few).result;
  const edited = await conversation.chat([{ role: 'user', content: 'alpha gamma' }], few).result;
  const fresh = await engine.chat([{ role: 'user', content: 'alpha gamma' }], few).result;
  expect(edited.ids).toEqual(fresh.ids);
  expect(edited.cachedTokens).toBeGreaterThan(0);
  await conversation.dispose();
});

test('a prompt that is refused leaves the cache as what it is', async () => {
  const conversation = engine.conversation();
  const long = Array.from({ length: 1100 }, (_, i) => (i * 7) % 300);
  await conversation.generate(
    Array.from({ length: 60 }, (_, i) => (i * 11) % 300),
    few,
  ).result;
  await expect(conversation.generate(long, few).result).rejects.toMatchObject({ code: 'context-overflow' });
  const next = await conversation.generate(long.slice(0, 60), few).result;
  expect(next.ids).toEqual((await engine.generate(long.slice(0, 60), few).result).ids);
  expect(next.cachedTokens).toBeLessThan(5);
  await conversation.dispose();
});

test('the same seed draws the same tokens, alone or beside others', async () => {
  const options = {
    maxTokens: 12,
    temperature: 1.2,
    topK: 40,
    topP: 0.95,
    minP: 0.01,
    seed: 7,
    ignoreEos: true,
  } as const;
  const alone = await engine.generate([5, 6, 7], options).result;
  const [beside] = await Promise.all([
    engine.generate([5, 6, 7], options).result,
    engine.generate([9, 9], { ...options, seed: 8 }).result,
  ]);
  expect(beside.ids).toEqual(alone.ids);
  const other = await engine.generate([5, 6, 7], { ...options, seed: 9 }).result;
  expect(other.ids).not.toEqual(alone.ids);
});

test('a repetition penalty keeps tokens from coming again', async () => {
  const plain = await engine.generate([5, 6, 7], { maxTokens: 30, ignoreEos: true }).result;
  const penalised = await engine.generate([5, 6, 7], {
    maxTokens: 30,
    ignoreEos: true,
    presencePenalty: 100,
    repetitionPenalty: 1.5,
  }).result;
  expect(new Set(penalised.ids).size).toBe(30);
  expect(new Set(plain.ids).size).toBeLessThan(31);
});

test('a stop string ends the text before it', async () => {
  const free = await engine.generate([5, 6, 7], { maxTokens: 30, ignoreEos: true }).result;
  const stop = free.text.slice(8, 11);
  const stopped = await engine.generate([5, 6, 7], { maxTokens: 30, ignoreEos: true, stop: [stop] }).result;
  expect(stopped.finish).toBe('stop');
  expect(stopped.text).toBe(free.text.slice(0, free.text.indexOf(stop)));
});

test('an abort ends the iterator at once, and the next call works', async () => {
  const controller = new AbortController();
  const conversation = engine.conversation();
  const generation = conversation.send('long', { maxTokens: 500, ignoreEos: true, signal: controller.signal });
  let seen = 0;
  for await (const _ of generation) if (++seen === 3) controller.abort();
  expect(seen).toBe(3);
  expect((await generation.result).finish).toBe('abort');
  const next = await conversation.send('and now', few).result;
  expect(next.ids.length).toBe(6);
  await conversation.dispose();
});

test('leaving the loop aborts', async () => {
  const generation = engine.generate([1, 2], { maxTokens: 500, ignoreEos: true });
  for await (const _ of generation) break;
  expect((await generation.result).finish).toBe('abort');
});
