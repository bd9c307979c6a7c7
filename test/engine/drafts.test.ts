import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/core/rng.ts';
import { u32 } from '../../src/core/settings.ts';
import { defineProposer, staticTree } from '../../src/decoding/index.ts';
import { matrixWords } from '../../src/kernels/decoding/draft-tree.ts';
import { recycle } from '../../src/kernels/decoding/recycle.ts';
import { tokenMask } from '../../src/constraints/index.ts';
import type { DecodingOption, Engine, GenerateOptions, MethodOptions } from '../../src/index.ts';
import { tinyEngine } from '../support/tiny-engine.ts';

const VOCAB = 320;
const CONTEXT = 512;

const ids = (count: number, seed: number): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.below(VOCAB));
};

/** Drafts anything: whatever it says, the answer must be that of plain decoding. */
const nonsense = defineProposer({
  name: 'nonsense',
  description: 'Drafts random successors, always the same.',
  paper: undefined,
  status: 'faithful',
  settings: { nodes: u32(16, { min: 2, max: 64, says: 'nodes of its trees' }) },
  traits({ nodes }) {
    const { parents, ranks, depth } = staticTree(nodes);
    return {
      nodes,
      encode(recorder, { trees, state, drafts, kept }) {
        const matrix = kept('nonsense', matrixWords(VOCAB), () => {
          const random = new Random(3);
          return Uint32Array.from({ length: matrixWords(VOCAB) }, (_, i) =>
            i % 2 === 0 ? random.below(VOCAB + 1) : 0,
          );
        });
        const shape = kept('tree of nonsense', 2 * nodes, () =>
          Uint32Array.from(parents.flatMap((parent, node) => [node === 0 ? 0 : parent, ranks[node]!])),
        );
        recorder.add(
          'draft',
          recycle.call({
            params: { trees, nodes, depth },
            constants: {},
            variant: undefined,
            bindings: { state, matrix, shape, trees: drafts },
          }),
        );
      },
    };
  },
  laws: [],
});

let engine: Engine;
beforeAll(async () => {
  engine = await tinyEngine({ contextLength: CONTEXT, seed: 61, tied: false }, { context: CONTEXT });
});
afterAll(() => engine?.dispose());

/** One answer of a conversation of its own. */
async function answer(prompt: readonly number[], options: GenerateOptions, methods: MethodOptions = {}) {
  const conversation = engine.conversation({ ...methods, seed: 9 });
  try {
    return await conversation.generate(prompt, options).result;
  } finally {
    await conversation.dispose();
  }
}

const PROMPTS = [ids(5, 1), ids(70, 2), ids(130, 3)];
const greedy: GenerateOptions = { maxTokens: 90, ignoreEos: true };

describe('the answer is that of plain decoding, token for token', () => {
  test.each<[string, DecodingOption]>([
    ['7 nodes', 'token-recycling:nodes=7'],
    ['16 nodes', 'token-recycling'],
    ['64 nodes of a fixed tree', 'token-recycling:nodes=64,tree=fixed'],
    ['prompt lookup', 'prompt-lookup:nodes=7'],
    ['suffix lookup', 'suffix-lookup:least=1'],
    ['combined', 'combined'],
    ['nonsense', nonsense()],
    ['7 nodes of nonsense', nonsense({ nodes: 7 })],
  ])('greedy, %s', async (_name, decoding) => {
    for (const prompt of PROMPTS) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const [plain, drafted] = [await answer(prompt, greedy), await answer(prompt, greedy, { decoding })];
      expect(drafted.ids).toEqual(plain.ids);
      expect(drafted.finish).toBe('length');
      expect(plain.speculation).toMatchObject({ source: 'none', tokensPerStep: 1, proposed: 0, accepted: 0 });
    }
  });

  test.each<MethodOptions>([{ kv: 'q8' }, { attention: 'sliding-window:window=20' }])(
    'greedy, with %o',
    async (methods) => {
      for (const nodes of [7, 16]) {
        const decoding = `token-recycling:nodes=${nodes}`;
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const [plain, drafted] = [
          await answer(PROMPTS[1]!, greedy, methods),
          await answer(PROMPTS[1]!, greedy, { ...methods, decoding }),
        ];
        expect(drafted.ids).toEqual(plain.ids);
        expect(drafted.speculation.accepted).toBeGreaterThan(0);
      }
    },
  );

  test.each<GenerateOptions>([
    { temperature: 0.4 },
    { temperature: 1, topK: 3 },
    { temperature: 0.8, topP: 0.7, minP: 0.05 },
  ])('drawn with %o, by the same noise', async (sampling) => {
    const options = { ...greedy, ...sampling };
    for (const decoding of ['token-recycling:nodes=7', 'combined', nonsense()]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const [plain, drafted] = [await answer(PROMPTS[0]!, options), await answer(PROMPTS[0]!, options, { decoding })];
      expect(drafted.ids).toEqual(plain.ids);
    }
  });
});

test('log-probabilities are those of plain decoding', async () => {
  const options = { ...greedy, maxTokens: 40, logprobs: 3 };
  const [plain, drafted] = [
    await answer(PROMPTS[0]!, options),
    await answer(PROMPTS[0]!, options, { decoding: 'token-recycling:nodes=7' }),
  ];
  expect(drafted.ids).toEqual(plain.ids);
  expect(drafted.speculation.accepted).toBeGreaterThan(0);
  expect(drafted.logprobs).toHaveLength(40);
  drafted.logprobs!.forEach(({ logprob, top }, i) => {
    expect(logprob).toBeCloseTo(plain.logprobs![i]!.logprob, 4);
    expect(top.map(([id]) => id)).toEqual(plain.logprobs![i]!.top.map(([id]) => id));
  });
});

test('events tell what had drafted a token, and results count it', async () => {
  const conversation = engine.conversation({ decoding: 'combined:least=1', seed: 9 });
  const generation = conversation.generate(PROMPTS[0]!, greedy);
  const counted: Record<string, number> = {};
  for await (const { source } of generation) if (source) counted[source] = (counted[source] ?? 0) + 1;
  const { speculation } = await generation.result;
  expect(speculation.bySource).toEqual(counted);
  expect((counted['matrix'] ?? 0) + (counted['history'] ?? 0)).toBe(speculation.accepted);
  expect(counted['history']).toBeGreaterThan(0);
  await conversation.dispose();
});

test('drafts come true where a text repeats itself, and the result tells how many', async () => {
  const { speculation } = await answer(PROMPTS[0]!, greedy, { decoding: 'token-recycling:nodes=16' });
  const { steps, tokensPerStep, proposed, accepted, byDepth } = speculation;
  expect(tokensPerStep).toBeGreaterThan(1.2);
  // Every token but the prompt's own came from a step.
  expect(steps + accepted).toBe(greedy.maxTokens! - 1);
  expect(proposed).toBeGreaterThan(accepted);
  expect(byDepth.reduce((sum, count) => sum + count, 0)).toBe(accepted);
  expect(speculation).toMatchObject({ source: 'token-recycling:nodes=16,tree=grown', lossless: true });
});

describe('an end inside an accepted path', () => {
  /** A greedy answer that repeats itself, and where its tokens stand. */
  const whole = async (): Promise<readonly number[]> => (await answer(PROMPTS[0]!, greedy)).ids;

  test('the limit is kept exactly', async () => {
    const plain = await whole();
    for (const maxTokens of [1, 2, 31, 32, 33, 34]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { ids: got, finish } = await answer(
        PROMPTS[0]!,
        { ...greedy, maxTokens },
        { decoding: 'token-recycling:nodes=16' },
      );
      expect(got).toEqual(plain.slice(0, maxTokens));
      expect(finish).toBe('length');
    }
  });

  test('the context is filled to its last token, and not beyond', async () => {
    const prompt = ids(CONTEXT - 60, 5);
    const options = { ignoreEos: true };
    const plain = await answer(prompt, options);
    const drafted = await answer(prompt, options, { decoding: 'token-recycling:nodes=64' });
    expect(plain.ids).toHaveLength(60);
    expect(drafted.ids).toEqual(plain.ids);
  });

  test('a conversation goes on behind a stop string as one without drafts does', async () => {
    const answers = await Promise.all(
      ['none', 'token-recycling:nodes=16'].map(async (decoding) => {
        const conversation = engine.conversation({ decoding, seed: 4 });
        const options = { maxTokens: 60, temperature: 0, ignoreEos: true };
        const first = await conversation.send('hello world', options).result;
        const stop = [first.text.slice(10, 12)].filter((text) => text !== '');
        const again = await conversation.regenerate({ ...options, stop }).result;
        const next = await conversation.send('again', { ...options, maxTokens: 20 }).result;
        await conversation.dispose();
        return [first, again, next].map(({ ids: got, text, finish }) => ({ got, text, finish }));
      }),
    );
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[0]![1]!.finish).toBe('stop');
  });
});

test('conversations with and without drafts, of several proposers, at once', async () => {
  const kinds: (DecodingOption | undefined)[] = [
    undefined,
    'token-recycling:nodes=16',
    'token-recycling:nodes=16',
    nonsense(),
  ];
  const plain = await Promise.all(kinds.map((_kind, i) => answer(ids(8 + i, 20 + i), greedy)));
  const drafted = await Promise.all(
    kinds.map((decoding, i) => answer(ids(8 + i, 20 + i), greedy, decoding === undefined ? {} : { decoding })),
  );
  expect(drafted.map((result) => result.ids)).toEqual(plain.map((result) => result.ids));
});

test('more conversations than a step has rows for go on without drafts', async () => {
  const prompts = Array.from({ length: 3 }, (_, i) => ids(6, 40 + i));
  const plain = await Promise.all(prompts.map((prompt) => answer(prompt, greedy)));
  const drafted = await Promise.all(
    prompts.map((prompt) => answer(prompt, greedy, { decoding: 'token-recycling:nodes=32' })),
  );
  expect(drafted.map((result) => result.ids)).toEqual(plain.map((result) => result.ids));
});

test('an abort leaves a conversation that answers as before', async () => {
  const conversation = engine.conversation({ decoding: 'token-recycling:nodes=16', seed: 9 });
  const generation = conversation.generate(PROMPTS[0]!, { ...greedy, maxTokens: 300 });
  const seen: number[] = [];
  for await (const { id } of generation) if (seen.push(id) === 20) break;
  const { ids: got } = await conversation.generate(PROMPTS[0]!, greedy).result;
  expect(got).toEqual((await answer(PROMPTS[0]!, greedy)).ids);
  await conversation.dispose();
});

describe('what cannot be drafted for', () => {
  const mask = tokenMask(() => new Uint32Array(VOCAB / 32).fill(0xffffffff));
  test.each<[string, GenerateOptions, RegExp]>([
    ['penalties', { repetitionPenalty: 1.3 }, /penalties/],
    ['a constraint', { constraint: mask }, /constraint/],
  ])('%s: the answer is plain, and says why', async (_name, extra, why) => {
    const options = { ...greedy, maxTokens: 30, ...extra };
    const drafted = await answer(PROMPTS[0]!, options, { decoding: 'token-recycling:nodes=16' });
    expect(drafted.ids).toEqual((await answer(PROMPTS[0]!, options)).ids);
    expect(drafted.speculation).toMatchObject({
      source: 'none',
      proposed: 0,
      why: expect.stringMatching(why) as unknown,
    });
  });

  test.each<MethodOptions>([{ cache: 'h2o:budget=64' }, { attention: 'quest:pages=2' }])('%o is refused', (methods) => {
    expect(() => engine.conversation({ ...methods, decoding: 'token-recycling' })).toThrow(/asked for together/);
  });
});

test('a step with drafts creates and writes nothing', async () => {
  await answer(PROMPTS[0]!, greedy, { decoding: 'token-recycling:nodes=16' });
  await answer(PROMPTS[0]!, greedy, { decoding: 'token-recycling:nodes=16' });
  expect((await engine.report()).perToken).toMatchObject({ bindGroupsCreated: 0, buffersCreated: 0, bytesWritten: 0 });
});
