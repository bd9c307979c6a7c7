import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, TokenEvent } from '../../src/index.ts';
import { tinyEngine } from '../support/tiny-engine.ts';

const PROMPT = [5, 17, 300, 42, 9];

let engine: Engine;
beforeAll(async () => {
  engine = await tinyEngine({ seed: 93 });
});
afterAll(() => engine?.dispose());

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
