import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine, type Conversation, type Engine, type GenerationResult } from '../../src/node.ts';
import perplexity from '../golden/perplexity.json';
import { drawnMethods } from '../laws/drawn-methods.ts';
import { caseName } from '../laws/method-table.ts';
import { modelPath } from '../support/model-path.ts';

/** Beyond every budget of the table, and then 64 tokens more. */
const PROMPT = 80;
const TOKENS = 64;

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ model: modelPath(), context: 512 });
});
afterAll(() => engine?.dispose());

const answer = (conversation: Conversation): Promise<GenerationResult> =>
  conversation.generate(perplexity.ids.slice(0, PROMPT), { maxTokens: TOKENS, ignoreEos: true, logprobs: 0 }).result;

/** As many as share a step, and fewer than an engine has sequences: none loses its cache to another. */
const methods = drawnMethods('real model');
const groups = Array.from({ length: Math.ceil(methods.length / 6) }, (_, i) => methods.slice(6 * i, 6 * i + 6));

test.each(groups.map((cases) => ({ cases, name: caseName(cases[0]!) })))(
  '$name and others, 64 tokens beyond their budgets',
  async ({ cases }) => {
    const conversations = cases.map(({ tight }) => engine.conversation({ ...tight, seed: 1 }));
    const results = await Promise.all(conversations.map(answer));
    for (const [i, method] of cases.entries()) {
      const name = caseName(method);
      const { ids, logprobs } = results[i]!;
      expect(ids, name).toHaveLength(TOKENS);
      // Greedy tokens of a model that still sees enough: likelier than one in twelve, on average.
      expect(logprobs!.reduce((sum, { logprob }) => sum + logprob, 0) / TOKENS, name).toBeGreaterThan(-2.5);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const [memory, { conversations: reports }] = [await conversations[i]!.memory(), await engine.report()];
      const report = reports.filter(({ disposed }) => !disposed)[i]!;
      const reported = [report.cache, report.attention.decode].map((text) => text.split(':')[0]);
      expect(reported).toContain(name.split(':')[0]);
      expect(report, name).toMatchObject({ tokens: PROMPT + TOKENS - 1, bytes: memory.bytes });
      if (method.tight.cache === undefined) expect(memory.bytes, name).toBe(memory.fullBytes);
      else {
        expect(report.slotsEvicted, name).toBeGreaterThan(30);
        expect(memory.bytes, name).toBeLessThan(memory.fullBytes);
      }
    }
    await Promise.all(conversations.map((conversation) => conversation.dispose()));
    // Alone, the first of them says the same.
    const conversation = engine.conversation({ ...cases[0]!.tight, seed: 1 });
    const alone = await answer(conversation);
    await conversation.dispose();
    expect(alone.ids).toEqual(results[0]!.ids);
  },
);
