import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/core/rng.ts';
import type { Engine, GenerationResult, MethodOptions } from '../../src/index.ts';
import { namedMethods } from '../laws/drawn-methods.ts';
import { tinyEngine } from '../support/tiny-engine.ts';

const PROMPT = 70;
const random = new Random(1);
const prompt = Array.from({ length: PROMPT }, () => random.below(320));

let engine: Engine;
let plain: GenerationResult;
beforeAll(async () => {
  engine = await tinyEngine({ contextLength: 512, seed: 91, tied: false, qHeads: 6, kvHeads: 2 }, { context: 512 });
  plain = (await answer({}, 24)).result;
});
afterAll(() => engine?.dispose());

async function answer(methods: MethodOptions, maxTokens: number): Promise<{ result: GenerationResult; bytes: number }> {
  const conversation = engine.conversation({ ...methods, seed: 1 });
  const { result } = conversation.generate(prompt, { maxTokens, ignoreEos: true });
  const told = { result: await result, bytes: (await conversation.memory()).bytes };
  await conversation.dispose();
  return told;
}

test.each(namedMethods('browser'))('%s', async (_, { tight, loose }) => {
  // Nothing to do: the same as without it.
  expect((await answer(loose, 24)).result.ids).toEqual(plain.ids);
  // Much to do: another answer, of all the tokens that were asked for.
  const { result, bytes } = await answer(tight, 64);
  expect(result.ids).toHaveLength(64);
  expect(result.ids.slice(0, 24)).not.toEqual(plain.ids);
  const told = (await engine.report()).conversations.at(-1)!;
  expect(told.tokens).toBe(PROMPT + 63);
  if (tight.cache !== undefined) expect(told.peakBytes).toBeGreaterThanOrEqual(bytes);
  expect(told.slotsEvicted > 0).toBe(tight.cache !== undefined);
});
