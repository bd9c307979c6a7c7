import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { choice, tokenMask, type Constraint, type TokenMask } from '../../src/constraints/index.ts';
import type { Engine } from '../../src/index.ts';
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

describe('a constraint', () => {
  /** Lets three tokens follow each other in a circle. */
  const circle: TokenMask = (ids) => only([[31, 32, 319][ids.length % 3]!]);

  test('decides what may come, also beside a conversation without one', async () => {
    const options = { maxTokens: 9, ignoreEos: true, temperature: 0.8, seed: 3 };
    const alone = await engine.generate(PROMPT, options).result;
    const [masked, free] = await Promise.all([
      engine.generate(PROMPT, { ...options, constraint: tokenMask(circle) }).result,
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
      constraint: tokenMask((soFar) => (soFar.length === 2 ? undefined : only(allowed))),
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
    await expect(
      conversation.generate(PROMPT, { constraint: tokenMask(mask), maxTokens: 5, ignoreEos: true }).result,
    ).rejects.toThrow(/mask|no such state/);
    const after = await conversation.generate(PROMPT, { maxTokens: 5, ignoreEos: true }).result;
    expect(after.ids).toEqual((await engine.generate(PROMPT, { maxTokens: 5, ignoreEos: true }).result).ids);
    await conversation.dispose();
  });

  test.each([0, 1.5])('choice gives one of its texts and ends, at temperature %d', async (temperature) => {
    const choices = ['yes', 'no, not at all', 'né'];
    for (let seed = 0; seed < 6; seed++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const answer = await engine.generate(PROMPT, { constraint: choice(choices), temperature, seed }).result;
      expect(answer).toMatchObject({ finish: 'stop' });
      expect(choices).toContain(answer.text);
    }
  });

  test('is begun anew for each answer, and its spec says the same', async () => {
    const constraint = choice(['alpha', 'beta']);
    const options = { temperature: 1, seed: 4 };
    const first = await engine.generate(PROMPT, { ...options, constraint }).result;
    const again = await engine.generate(PROMPT, { ...options, constraint }).result;
    const bySpec = await engine.generate(PROMPT, { ...options, constraint: constraint.spec! }).result;
    expect(again.ids).toEqual(first.ids);
    expect(bySpec.ids).toEqual(first.ids);
  });

  test('that fails when it is told a token ends that answer only', async () => {
    const failing: Constraint = {
      name: 'failing',
      spec: undefined,
      begin: () => ({
        mask: () => undefined,
        accept: () => {
          throw new RangeError('no such token');
        },
        undo: () => undefined,
      }),
    };
    const options = { maxTokens: 5, ignoreEos: true };
    const alone = await engine.generate(PROMPT, options).result;
    const [failed, free] = await Promise.allSettled([
      engine.generate(PROMPT, { ...options, constraint: failing }).result,
      engine.generate(PROMPT, options).result,
    ]);
    expect(failed).toMatchObject({ status: 'rejected', reason: { message: 'no such token' } });
    expect(free).toMatchObject({ status: 'fulfilled', value: { ids: alone.ids } });
  });
});
