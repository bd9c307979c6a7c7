import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, TokenEvent, TokenMask } from '../../src/index.ts';
import { tinyEngine } from '../support/tiny-engine.ts';

const PROMPT = [5, 17, 300, 42, 9];
const VOCAB = 320;

let engine: Engine;
beforeAll(async () => {
  engine = await tinyEngine({ seed: 93 });
});
afterAll(() => engine?.dispose());

/** Allows these ids only. */
const only = (ids: readonly number[]): Uint32Array => {
  const words = new Uint32Array(VOCAB / 32);
  for (const id of ids) words[id >> 5]! |= 1 << (id & 31);
  return words;
};

describe('log-probabilities', () => {
  test('of greedy tokens are the negative losses of score, and the token leads the alternatives', async () => {
    const events: TokenEvent[] = [];
    const generation = engine.generate(PROMPT, { maxTokens: 12, ignoreEos: true, logprobs: 3 });
    for await (const event of generation) events.push(event);
    const { ids, logprobs } = await generation.result;
    expect(logprobs).toEqual(events.map((event) => event.logprobs));
    const { nlls } = await engine.score([...PROMPT, ...ids]);
    logprobs!.forEach(({ logprob, top }, i) => {
      // A prompt's rows add in another order than a token's.
      expect(Math.abs(logprob + nlls[PROMPT.length - 1 + i]!)).toBeLessThan(2e-4);
      expect(top.length).toBe(3);
      expect(top[0]).toEqual([ids[i], logprob]);
      expect(top[1]![1]).toBeLessThanOrEqual(logprob);
      expect(top[2]![1]).toBeLessThanOrEqual(top[1]![1]);
    });
  });

  test('change no token, and are absent unless asked for', async () => {
    const options = { maxTokens: 10, ignoreEos: true, temperature: 1, seed: 7 };
    const plain = await engine.generate(PROMPT, options).result;
    const told = await engine.generate(PROMPT, { ...options, logprobs: 0 }).result;
    expect(told.ids).toEqual(plain.ids);
    expect(told.logprobs!.every(({ top }) => top.length === 0)).toBe(true);
    expect(plain.logprobs).toBeUndefined();
  });

  test.each([-1, 21, 1.5])('are refused for %d alternatives', async (logprobs) => {
    await expect(engine.generate(PROMPT, { logprobs }).result).rejects.toMatchObject({ code: 'usage-option' });
  });
});

describe('a mask', () => {
  /** Lets three tokens follow each other in a circle. */
  const circle: TokenMask = (ids) => only([[31, 32, 319][ids.length % 3]!]);

  test('decides what may come, also beside a conversation without one', async () => {
    const options = { maxTokens: 9, ignoreEos: true, temperature: 0.8, seed: 3 };
    const alone = await engine.generate(PROMPT, options).result;
    const [masked, free] = await Promise.all([
      engine.generate(PROMPT, { ...options, mask: circle }).result,
      engine.generate(PROMPT, options).result,
    ]);
    expect(masked.ids).toEqual([31, 32, 319, 31, 32, 319, 31, 32, 319]);
    expect(free.ids).toEqual(alone.ids);
  });

  test('leaves the distribution of what it allows', async () => {
    const allowed = [3, 64, 65, 200];
    const { logprobs, ids } = await engine.generate(PROMPT, {
      maxTokens: 6,
      ignoreEos: true,
      logprobs: 20,
      mask: (soFar) => (soFar.length === 2 ? undefined : only(allowed)),
    }).result;
    logprobs!.forEach(({ top }, i) => {
      if (i === 2) return;
      expect(allowed).toContain(ids[i]);
      expect(top.map(([id]) => id).toSorted((a, b) => a - b)).toEqual(allowed);
      expect(Math.abs(top.reduce((sum, [, logprob]) => sum + Math.exp(logprob), 0) - 1)).toBeLessThan(1e-5);
    });
    expect(logprobs![2]!.top.length).toBe(20);
  });

  test.each<[string, TokenMask]>([
    ['of another length', () => new Uint32Array(1).fill(1)],
    ['that allows nothing', () => new Uint32Array(VOCAB / 32)],
    [
      'that throws',
      () => {
        throw new RangeError('no such state');
      },
    ],
    ['that is wrong later', (ids) => (ids.length < 2 ? undefined : new Uint32Array(0))],
  ])('%s ends that answer with its error, and no other', async (_, mask) => {
    const conversation = engine.conversation();
    await expect(conversation.generate(PROMPT, { mask, maxTokens: 5, ignoreEos: true }).result).rejects.toThrow(
      /mask|no such state/,
    );
    const after = await conversation.generate(PROMPT, { maxTokens: 5, ignoreEos: true }).result;
    expect(after.ids).toEqual((await engine.generate(PROMPT, { maxTokens: 5, ignoreEos: true }).result).ids);
    await conversation.dispose();
  });
});
