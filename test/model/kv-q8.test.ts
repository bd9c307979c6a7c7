import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/node.ts';
import greedy from '../golden/greedy.json';
import perplexity from '../golden/perplexity.json';
import { modelPath } from '../support/model-path.ts';

/** What 8 bits may cost: far more than f16 (1e-3), far less than anybody would notice. */
const NATS = 0.01;
/** Where the two best logits are nearer than this, greedy ids may part; the scales are 1/127 of a head's largest number. */
const MARGIN = 0.5;

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ model: modelPath(), kv: 'q8', context: 1024 });
});
afterAll(() => engine?.dispose());

test('the loss of 512 tokens is nearly the reference’s', async () => {
  const { single } = perplexity;
  const result = await engine.score(perplexity.ids.slice(0, 512));
  const difference = result.nll - single.mean_nll;
  console.log(`q8 cache: the loss of 512 tokens differs by ${difference.toExponential(2)} nats`);
  expect(result.tokens).toBe(single.targets);
  expect(Math.abs(difference)).toBeLessThan(NATS);
  expect((await engine.report()).precision.cache).toBe('q8');
});

const prompts = greedy.prompts.filter(({ n_prompt: length }) => length < 100).slice(0, 4);
test.each(prompts)('greedy ids of "$name"', async ({ prompt_ids: ids, greedy_ids: want, margins }) => {
  const steps = 20;
  const result = await engine.generate(ids, { maxTokens: steps, ignoreEos: true }).result;
  const parted = result.ids.findIndex((id, i) => id !== want[i]);
  if (parted >= 0) expect(margins[parted]).toBeLessThan(MARGIN);
  else expect(result.ids).toEqual(want.slice(0, steps));
});
