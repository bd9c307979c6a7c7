import { afterAll, beforeAll, expect, test } from 'vitest';
import { definePolicy, evict } from '../../src/cache/index.ts';
import { u32 } from '../../src/core/settings.ts';
import { Random } from '../../src/core/rng.ts';
import { registerMethod } from '../../src/methods/index.ts';
import type { Engine, MethodOptions } from '../../src/index.ts';
import { tinyEngine } from '../support/tiny-engine.ts';

/** Policies that an application writes: both call themselves the same, and keep the places that leave a rest, or the others. */
const policyOf = (name: string, relation: '==' | '!=') =>
  definePolicy({
    name,
    description: 'Keeps every n-th position.',
    paper: undefined,
    status: 'faithful',
    settings: { nth: u32(2, { min: 1, says: 'distance of the positions that stay' }) },
    score: [
      {
        name: 'my/score',
        text: `fn slot_score(sequence : u32, kv_head : u32, slot : u32, length : u32) -> f32 {
  return select(0.0, 1.0, place_at(sequence, kv_head, slot) % setting_nth(sequence) ${relation} 0u);
}`,
      },
    ],
    traits: () => ({}),
    laws: [],
  });

const PROMPT = 90;
const random = new Random(4);
const prompt = Array.from({ length: PROMPT }, () => random.below(320));

let engine: Engine;
beforeAll(async () => {
  engine = await tinyEngine({ contextLength: 256, seed: 5, tied: false, layers: 1 }, { context: 256 });
});
afterAll(() => engine?.dispose());

/** The positions that the first head holds after an answer. */
async function kept(methods: MethodOptions): Promise<readonly number[]> {
  const conversation = engine.conversation({ ...methods, seed: 1 });
  try {
    await conversation.generate(prompt, { maxTokens: 1, ignoreEos: true }).result;
    return (await conversation.memory()).layers[0]![0]!.positions;
  } finally {
    await conversation.dispose();
  }
}
const multiples = (of: number, count: number): number[] => Array.from({ length: count }, (_, i) => of * i);

test('two policies of one name keep what each of them ranks, one after the other and at once', async () => {
  const [even, odd] = [policyOf('mine', '=='), policyOf('mine', '!=')].map((policy): MethodOptions => ({
    cache: evict({ policy: policy(), budget: 40, sinks: 0 }),
  }));
  const wanted = [multiples(2, 40), multiples(2, 40).map((place) => place + 1)];
  expect([await kept(even!), await kept(odd!)]).toEqual(wanted);
  expect(await Promise.all([kept(even!), kept(odd!)])).toEqual(wanted);
});

test('a registered policy is named by text, and its number is read on the GPU', async () => {
  registerMethod(policyOf('every-nth', '=='));
  expect(await kept({ cache: 'every-nth:budget=25,sinks=0,nth=3' })).toEqual(multiples(3, 25));
});
