import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/node.ts';
import chat from '../golden/chat.json';
import greedy from '../golden/greedy.json';
import logits from '../golden/logits.json';
import perplexity from '../golden/perplexity.json';
import { modelPath } from '../support/model-path.ts';

/** The golden README's tolerances: rms and largest difference of the listed logits, and the margin below which greedy ids may part. */
const TOLERANCES = {
  f32: { rms: 1e-3, max: 1e-2, margin: 0.01 },
  f16: { rms: 0.02, max: 0.25, margin: 0.1 },
} as const;

describe.each([
  { kv: 'f16', disable: [] },
  { kv: 'f32', disable: ['shader-f16'] },
] as const)('the real model, $kv cache, without $disable', ({ kv, disable }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ model: modelPath(), kv, disable, context: 1024 });
  });
  afterAll(() => engine?.dispose());

  test('logits agree with the float64 reference', async () => {
    let squares = 0;
    let count = 0;
    let largest = 0;
    const prompts = kv === 'f16' ? logits.prompts : logits.prompts.slice(0, 3);
    for (const { ids, positions } of prompts) {
      // oxlint-disable-next-line no-await-in-loop -- one prompt after the other
      const result = await engine.score(ids, { logits: positions.map(({ position }) => position), top: 60 });
      positions.forEach(({ top20, logsumexp }, i) => {
        const row = new Map(result.logits[i]!.top.map(([id, logit]) => [id, logit]));
        for (const [id, want] of top20 as [number, number][]) {
          const difference = Math.abs(row.get(id)! - want);
          squares += difference ** 2;
          count++;
          largest = Math.max(largest, difference);
        }
        expect(Math.abs(result.logits[i]!.logsumexp - logsumexp)).toBeLessThan(TOLERANCES[kv].max);
      });
    }
    console.log(
      `${kv} cache: logits differ by ${Math.sqrt(squares / count).toExponential(2)} rms, ${largest.toExponential(2)} at most (${count})`,
    );
    expect(Math.sqrt(squares / count)).toBeLessThan(TOLERANCES[kv].rms);
    expect(largest).toBeLessThan(TOLERANCES[kv].max);
  });

  // The two passages take long on a software adapter; their prefill is judged by the logits above.
  const prompts = greedy.prompts.filter(({ n_prompt: length }) => length < 100).slice(0, kv === 'f16' ? 10 : 3);
  test.each(prompts)('greedy ids of "$name"', async ({ prompt_ids: ids, greedy_ids: want, margins }) => {
    const steps = 20;
    const result = await engine.generate(ids, { maxTokens: steps, ignoreEos: true }).result;
    const parted = result.ids.findIndex((id, i) => id !== want[i]);
    if (parted >= 0) expect(margins[parted]).toBeLessThan(TOLERANCES[kv].margin);
    else expect(result.ids).toEqual(want.slice(0, steps));
  });
});

describe('the real model', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ model: modelPath(), context: 1024 });
  });
  afterAll(() => engine?.dispose());

  test('the loss of 512 tokens is the reference’s', async () => {
    const { single } = perplexity;
    const result = await engine.score(perplexity.ids.slice(0, 512));
    expect(result.tokens).toBe(single.targets);
    expect(Math.abs(result.nll - single.mean_nll)).toBeLessThan(1e-3);
  });

  test('chats are rendered and tokenised as the reference does', async () => {
    for (const { messages, rendered, ids, add_generation_prompt: addGenerationPrompt } of chat.conversations) {
      // The reference parses markers in messages too, which here is so in trusted parts only.
      const trusted = messages.map(({ content, ...message }) => ({
        ...message,
        content: [{ type: 'text', text: content, trusted: true }],
      }));
      // oxlint-disable-next-line no-await-in-loop -- in order, for a readable failure
      const found = await engine.tokenizer.applyChatTemplate(trusted as never, { addGenerationPrompt });
      expect(found.rendered).toBe(rendered);
      expect(found.ids).toEqual(ids);
    }
  });

  test('a chat answers, stops by itself, and reuses its prefix', async () => {
    const conversation = engine.conversation({ system: 'You are a terse assistant.' });
    const first = await conversation.send('What is the capital of France?', { temperature: 0, maxTokens: 40 }).result;
    expect(first.text).toMatch(/Paris/);
    expect(first.finish).toBe('stop');
    const second = await conversation.send('And of Italy?', { temperature: 0, maxTokens: 12 }).result;
    expect(second.cachedTokens).toBeGreaterThanOrEqual(first.promptTokens + first.ids.length - 1);
    await conversation.dispose();
  });

  test('a decode step of 30 layers is at most 6 dispatches a layer and 4 around them, and creates nothing', async () => {
    await engine.generate([1, 2, 3], { maxTokens: 4, ignoreEos: true }).result;
    const { perToken } = await engine.report();
    expect(perToken.dispatches).toBe(30 * perToken.dispatchesPerLayer + 4);
    expect(perToken.dispatchesPerLayer).toBeLessThanOrEqual(6);
    expect(perToken).toMatchObject({ bindGroupsCreated: 0, buffersCreated: 0, bytesWritten: 0 });
  });
});
