import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/index.ts';
import { tinyEngine } from '../support/tiny-engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await tinyEngine({ contextLength: 1024, seed: 43 }, { context: 512 });
});
afterAll(() => engine?.dispose());

const PROMPT = Array.from({ length: 90 }, (_, index) => 3 + (index % 50));
const few = { maxTokens: 6, temperature: 0, ignoreEos: true } as const;

test('memory tells the ids of its tokens, and that all are kept', async () => {
  const conversation = engine.conversation();
  expect(await conversation.memory()).toMatchObject({ tokens: 0, ids: [], fullBytes: 0 });
  const { ids } = await conversation.generate(PROMPT, few).result;
  const { tokens, ids: held, bytes, fullBytes, layers } = await conversation.memory();
  // The last token was drawn and not fed.
  expect(held).toEqual([...PROMPT, ...ids].slice(0, tokens));
  expect(tokens).toBeGreaterThanOrEqual(PROMPT.length + ids.length - 1);
  expect(bytes).toBe(fullBytes);
  for (const { positions } of layers.flat()) expect(positions).toEqual(held.map((_, position) => position));
  await conversation.dispose();
});

test('evicted tokens keep their ids; heads tell which positions they hold, and what attention they noted down', async () => {
  const conversation = engine.conversation({ cache: 'h2o:budget=24,every=1' });
  await conversation.generate(PROMPT, few).result;
  const { tokens, ids, layers } = await conversation.memory();
  expect(ids).toHaveLength(tokens);
  expect(ids.slice(0, PROMPT.length)).toEqual(PROMPT);
  for (const { positions, mass } of layers.flat()) {
    expect(positions.length).toBeLessThanOrEqual(25);
    expect(positions.slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect(positions.every((position) => position < tokens)).toBe(true);
    expect(mass).toHaveLength(positions.length);
  }
  await conversation.dispose();
});
