import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine, GenerateOptions, Generation, Message } from '../../src/index.ts';
import { abortedSignal } from '../support/aborted.ts';
import { tinyEngine } from '../support/tiny-engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await tinyEngine({ contextLength: 512, seed: 47 }, { context: 512 });
});
afterAll(() => engine?.dispose());

const few = { maxTokens: 6, temperature: 0, ignoreEos: true } as const;

test('a signal that has fired before a call leaves a history that can go on', async () => {
  const conversation = engine.conversation();
  const { finish } = await conversation.send('a', { ...few, signal: abortedSignal() }).result;
  expect(finish).toBe('abort');
  expect(conversation.messages).toEqual([
    { role: 'user', content: 'a' },
    { role: 'assistant', content: '' },
  ]);
  await conversation.send('b', few).result;
  expect(conversation.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  await conversation.dispose();
});

test('a call that is refused leaves the history as it was', async () => {
  const conversation = engine.conversation();
  await conversation.send('a', few).result;
  const before = conversation.messages;
  const calls: (() => Generation)[] = [
    () => conversation.send('b', { maxTokens: 0 }),
    () => conversation.send('x'.repeat(3000)),
    () => conversation.chat([{ role: 'user', content: 'b' }], { temperature: -1 }),
    () =>
      conversation.chat([
        { role: 'user', content: 'b' },
        { role: 'assistant', content: 'c' },
      ]),
  ];
  for (const call of calls) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await expect(call().result).rejects.toMatchObject({ code: expect.stringMatching(/usage|context/) });
    expect(conversation.messages).toEqual(before);
  }
  await conversation.dispose();
});

test("the history is nobody else's", async () => {
  const conversation = engine.conversation();
  const given: Message[] = [{ role: 'user', content: 'a' }];
  const { text } = await conversation.chat(given, few).result;
  given.push({ role: 'user', content: 'x' });
  Object.assign(given[0]!, { content: 'changed' });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as JavaScript may
  const told = conversation.messages as Message[];
  told.push({ role: 'user', content: 'x' });
  Object.assign(told[0]!, { content: 'changed' });
  expect(conversation.messages).toEqual([
    { role: 'user', content: 'a' },
    { role: 'assistant', content: text },
  ]);
  await conversation.dispose();
});

test('a second reader is told, and the first one reads on', async () => {
  const generation = engine.generate([5, 6, 7], few);
  const read = async (): Promise<number[]> => {
    const ids: number[] = [];
    for await (const { id } of generation) ids.push(id);
    return ids;
  };
  const [first, second] = await Promise.allSettled([read(), read()]);
  expect(first).toEqual({ status: 'fulfilled', value: [...(await generation.result).ids] });
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'usage-busy' } });
});

test('a raw prompt is no part of the chat that follows, whatever came of it', async () => {
  const chatIds = async (raw?: GenerateOptions): Promise<readonly number[]> => {
    const conversation = engine.conversation();
    if (raw) await conversation.generate([1, 5, 6, 2], raw).result;
    await conversation.send('a', few).result;
    const { ids } = await conversation.memory();
    await conversation.dispose();
    return ids;
  };
  const alone = await chatIds();
  expect(await chatIds(few)).toEqual(alone);
  // Nothing was answered: the text that is known is empty, as the begin of any chat is.
  expect(await chatIds({ ...few, signal: abortedSignal() })).toEqual(alone);
});

test('what a disposed conversation remembers is not told', async () => {
  const conversation = engine.conversation();
  await conversation.generate([5, 6, 7], few).result;
  await conversation.dispose();
  await expect(conversation.memory()).rejects.toMatchObject({ code: 'usage-disposed' });
});

test.each(['none', 'streaming-llm:budget=24,every=4', 'streaming-llm:budget=24,every=4,positions=rank'])(
  'after a stop no more is told than was computed (%s)',
  async (cache) => {
    const conversation = engine.conversation({ cache });
    const generation = conversation.generate([5, 6, 7], { ...few, maxTokens: 400 });
    let left = 12;
    for await (const event of generation) if (event && --left === 0) break;
    const { tokens, ids, layers } = await conversation.memory();
    expect(ids).toHaveLength(tokens);
    for (const { positions } of layers.flat()) {
      expect(positions.length).toBeLessThanOrEqual(tokens);
      expect(positions.every((position) => position < tokens)).toBe(true);
    }
    await conversation.dispose();
  },
);

test('markers of a raw prompt are parsed where that is asked for', async () => {
  const marker = '<|im_start|>';
  const [plain, parsed] = await Promise.all([
    engine.tokenizer.encode(marker),
    engine.tokenizer.encode(marker, { special: true }),
  ]);
  expect(parsed.length).toBeLessThan(plain.length);
  expect((await engine.generate(marker, few).result).promptTokens).toBe(plain.length);
  expect((await engine.generate(marker, { ...few, special: true }).result).promptTokens).toBe(parsed.length);
  await expect(engine.generate(parsed, { special: true }).result).rejects.toMatchObject({ code: 'usage-option' });
  await expect(
    // @ts-expect-error -- a chat has no such option
    engine.chat([{ role: 'user', content: 'a' }], { special: true }).result,
  ).rejects.toMatchObject({ code: 'usage-option' });
});
