import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, GenerationResult, MethodOptions } from '../../src/index.ts';
import { runTasks, type TaskRun } from '../../src/eval/index.ts';
import { feedAnswer } from '../../src/eval/feed-answer.ts';
import { ask } from '../../src/eval/ask.ts';
import { runtimeOf } from '../../src/engine/engine.ts';
import { resolveMethods } from '../../src/engine/memory/resolve-methods.ts';
import { tinyEngine } from '../support/tiny-engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await tinyEngine({ contextLength: 1024, seed: 41, tied: false }, { context: 1024 });
});
afterAll(() => engine?.dispose());

const greedy = { temperature: 0, ignoreEos: true } as const;
const context = { role: 'user', content: 'the lamp of the harbour was lit at nine by the keeper' } as const;
const reply = { role: 'assistant', content: 'read' } as const;
const later = { role: 'user', content: 'when was it lit?' } as const;
const prompts = [[context], [context, reply, later]] as const;

/** What a conversation draws behind a context that was read in a turn before, with the log-probability of each token. */
async function drawn(
  methods: MethodOptions,
  maxTokens: number,
): Promise<GenerationResult & { readonly added: number[][] }> {
  const conversation = engine.conversation({ cache: 'none', attention: 'none', ...methods, ...greedy, seed: 3 });
  await conversation.chat(prompts[0], { maxTokens: 1 }).result;
  const result = await conversation.chat(prompts[1], { maxTokens, logprobs: 0 }).result;
  await conversation.dispose();
  const [first, second] = await Promise.all(
    prompts.map((messages) => engine.tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true })),
  );
  const rest = await engine.tokenizer.encode(second!.rendered.slice(first!.rendered.length), { special: true });
  return { ...result, added: [first!.ids, rest] };
}

describe('an answer that is fed', () => {
  test.each<[string, MethodOptions]>([
    ['dense', {}],
    ['window that is cut at each token', { cache: 'streaming-llm:budget=24,every=1' }],
    ['heavy hitters', { cache: 'h2o:budget=32,every=3' }],
    ['noise that depends on how long the answer may get', { cache: 'keyformer:budget=90,recent=10,every=1,sinks=0' }],
    ['a prompt that is cut once', { cache: 'snap-kv:budget=40,window=8' }],
    ['pages', { attention: 'quest:pages=3,recent=16' }],
  ])('costs what the same tokens cost when they are drawn: %s', async (_name, setting) => {
    const maxTokens = 40;
    const { ids, logprobs, added, cachedTokens } = await drawn(setting, maxTokens);
    expect(cachedTokens).toBe(added[0]!.length);
    const runtime = runtimeOf(engine);
    const { logProbs: fed } = await feedAnswer(
      runtime,
      { prompts: added, answer: ids },
      {
        methods: resolveMethods({ ...setting, kv: runtime.kv }, runtime.config),
        maxTokens,
        seed: 3,
      },
    );
    expect(fed).toHaveLength(ids.length);
    fed.forEach((value, i) => expect(value).toBeCloseTo(logprobs![i]!.logprob, 3));
  });

  test('a later question meets only what the cut of the turn before has left', async () => {
    const window = { cache: 'streaming-llm:budget=24,every=1' };
    const runtime = runtimeOf(engine);
    const methods = resolveMethods({ ...window, kv: runtime.kv }, runtime.config);
    const { ids, added } = await drawn(window, 4);
    const how = { methods, maxTokens: 4, seed: 3 };
    const { logProbs: inTurns } = await feedAnswer(runtime, { prompts: added, answer: ids }, how);
    const { logProbs: atOnce } = await feedAnswer(runtime, { prompts: [added.flat()], answer: ids }, how);
    // The first token of the answer is scored before the cut at the end of the only prompt.
    expect(Math.abs(inTurns[0]! - atOnce[0]!)).toBeGreaterThan(1e-3);
  });
});

test('a reply comes from the cache that the turn before has left', async () => {
  const methods = { cache: 'streaming-llm:budget=24,every=1' };
  const { text } = await drawn(methods, 6);
  expect(await ask(engine, { prompts }, { methods, maxTokens: 6, seed: 3 })).toBe(text);
});

describe('tasks', () => {
  const settings = [{ cache: 'h2o:budget=64' }, { cache: 'h2o:budget=900' }];
  const asked = { task: 'passkey', lengths: [500], depths: [0, 1], settings, maxTokens: 4 } as const;

  test('every setting is asked every question, dense attention first', async () => {
    const told: TaskRun[] = [];
    const { runs, report } = await runTasks(engine, { ...asked, onRun: (run) => told.push(run) });
    expect(runs.map(({ setting, depth, tokens }) => [setting, depth, tokens])).toEqual(
      ['dense', 'h2o:budget=64', 'h2o:budget=900'].flatMap((setting) => [
        [setting, 0, 500],
        [setting, 1, 500],
      ]),
    );
    expect(told).toEqual(runs);
    expect(report?.model.layers).toBe(2);
    const [dense, small, large] = [0, 2, 4].map((i) => runs[i]!.logProb);
    expect(large).toBeCloseTo(dense!, 3);
    expect(Math.abs(small! - dense!)).toBeGreaterThan(1e-3);
    const held = runs.map(({ kvBytesHeld }) => kvBytesHeld!);
    expect(held[2]).toBeLessThan(held[0]!);
    expect(held[2]).toBeGreaterThan(0);
    for (const { msPerToken } of runs) expect(msPerToken).toBeGreaterThan(0);
  });

  test('two turns are two questions at opposite depths', async () => {
    const { runs } = await runTasks(engine, {
      ...asked,
      task: 'two-turn',
      lengths: [700],
      depths: [0.25],
      settings: [],
    });
    expect(runs.map(({ question, depth }) => [question, depth])).toEqual([
      ['before', 0.25],
      ['after', 0.75],
    ]);
  });

  test('what is finished stands when the rest is aborted', async () => {
    const abort = new AbortController();
    const told: TaskRun[] = [];
    const onRun = (run: TaskRun): void => {
      told.push(run);
      if (told.length === 2) abort.abort();
    };
    await expect(runTasks(engine, { ...asked, onRun, signal: abort.signal })).rejects.toThrow(/abort/i);
    expect(told).toHaveLength(2);
  });

  test('a context that does not fit the engine is refused', async () => {
    await expect(runTasks(engine, { ...asked, lengths: [1200] })).rejects.toMatchObject({ code: 'context-overflow' });
  });
});
