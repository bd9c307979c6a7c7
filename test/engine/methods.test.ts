import { afterAll, afterEach, beforeAll, describe, expect, test, inject } from 'vitest';
import { Random } from '../../src/core/rng.ts';
import type { Conversation, Engine, GenerationResult, MethodOptions } from '../../src/index.ts';
import { runtimeOf } from '../../src/engine/engine.ts';
import { keyBounds } from '../../src/kernels/selection/page-bounds.ts';
import { METHOD_WORDS, MethodWord } from '../../src/kernels/step-layout.ts';
import { heldWords } from '../support/held-cache.ts';
import { readBuffer } from '../support/run-kernel.ts';
import { tinyEngine } from '../support/tiny-engine.ts';

const CONTEXT = 512;

const ids = (count: number, seed: number): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.below(320));
};

let engine: Engine;
beforeAll(async () => {
  engine = await tinyEngine({ contextLength: CONTEXT, seed: 83, tied: false, layers: 2 }, { context: CONTEXT });
});
afterAll(() => engine?.dispose());

const begun = new Set<Conversation>();
afterEach(async () => {
  await Promise.all([...begun].map((conversation) => conversation.dispose()));
  begun.clear();
});
function begin(methods: MethodOptions): Conversation {
  const conversation = engine.conversation({ ...methods, seed: 3 });
  begun.add(conversation);
  return conversation;
}
const answer = (conversation: Conversation, prompt: readonly number[], maxTokens: number): Promise<GenerationResult> =>
  conversation.generate(prompt, { maxTokens, ignoreEos: true }).result;
const single = async (methods: MethodOptions, prompt: readonly number[], maxTokens: number): Promise<number[]> => {
  const conversation = begin(methods);
  const { ids: got } = await answer(conversation, prompt, maxTokens);
  await conversation.dispose();
  return [...got];
};

// 10,000 where all cases are run.
const PAST = inject('sampling').share === 1 ? 10_000 : 2500;

test(`${PAST} tokens past the trained length with rank positions, in constant memory`, async () => {
  const conversation = begin({ cache: 'streaming-llm:budget=64,positions=rank' });
  const text = ids(100, 1);
  text.push(...(await answer(conversation, text, 600)).ids);
  text.push(...(await answer(conversation, text, 100)).ids);
  const [memory, { bytes }] = [await conversation.memory(), await engine.report()];
  const { ids: more, finish } = await answer(conversation, text, CONTEXT + PAST);
  expect([more.length, finish]).toEqual([CONTEXT + PAST, 'length']);
  const after = await conversation.memory();
  expect(after.tokens).toBe(text.length + more.length - 1);
  expect(after.bytes).toBe(memory.bytes);
  expect((await engine.report()).bytes.total).toBe(bytes.total);
  for (const heads of after.layers)
    for (const { positions } of heads) expect(positions).toEqual(positions.map((_, place) => place));
  // The answers do not run into a rut of one token, as they would where positions leave what was trained.
  expect(new Set(more.slice(-200)).size).toBeGreaterThan(1);
});

test('without rank positions an answer ends where the context does', async () => {
  const conversation = begin({ cache: 'streaming-llm:budget=64' });
  const { ids: got, finish } = await answer(conversation, ids(500, 2), 100);
  expect([got.length, finish]).toEqual([CONTEXT - 500, 'length']);
  await expect(answer(conversation, ids(CONTEXT, 2), 1)).rejects.toThrow('The prompt has 512 tokens');
});

test('what a selection remembers of a conversation is not used in the next one', async () => {
  const attention = 'token-select:k=16,sinks=1,recent=16';
  const second = async (methods: MethodOptions, prompt: readonly number[]): Promise<number> => {
    const conversation = begin(methods);
    const options = { maxTokens: 2, ignoreEos: true, logprobs: 0 };
    const { logprobs } = await conversation.generate(prompt, options).result;
    await conversation.dispose();
    return logprobs![1]!.logprob;
  };
  for (const length of [99, 100, 101, 102]) {
    const prompt = ids(length, length);
    const want = await second({ attention }, prompt);
    // A choice is kept for 4 tokens, whatever the queries; the last of these is for the slot before the next one's first.
    await single({ attention: `${attention},theta=-1` }, ids(80, 1), length - 79);
    expect(await second({ attention: `${attention},theta=-1` }, prompt), `${length} tokens`).toBe(want);
  }
});

test('a sequence that was given back has no methods: what goes through all sequences passes it by', async () => {
  await single({ cache: 'h2o:budget=40,recent=8', attention: 'quest:pages=2,recent=8' }, ids(60, 12), 8);
  const { gpu, state } = runtimeOf(engine);
  const words = await readBuffer(gpu, state.array.buffer, state.array.byteLength);
  const { methodsAt, maxSequences } = state.layout;
  const of = (word: number): number[] =>
    Array.from({ length: maxSequences }, (_, sequence) => words[methodsAt + sequence * METHOD_WORDS + word]!);
  expect([...of(MethodWord.policy), ...of(MethodWord.select)]).toEqual(
    Array.from({ length: 2 * maxSequences }, () => 0),
  );
});

test('a prompt that is cut in chunks borrows little', async () => {
  const prompt = ids(480, 4);
  const [whole, chunked] = [begin({ cache: 'h2o:budget=64' }), begin({ cache: 'h2o:budget=64,prefill=chunked' })];
  await answer(whole, prompt, 8);
  await answer(chunked, prompt, 8);
  const reports = (await engine.report()).conversations.filter(({ disposed }) => !disposed);
  expect(reports.map(({ slotsKept }) => slotsKept)).toEqual([71, 71]);
  expect(reports.map(({ cuts }) => cuts)).toEqual([1, 2]);
  // 480 slots are 8 pages; 256, and 64 and 224 more, are 5.
  expect(reports[1]!.peakBytes / reports[0]!.peakBytes).toBe(5 / 8);
});

test('key bounds are those of the slots that eviction left where they are', async () => {
  const methods = { cache: 'h2o:budget=70,recent=8,every=4', attention: 'quest:pages=2,recent=8', kv: 'f32' } as const;
  const conversation = begin(methods);
  await answer(conversation, ids(150, 8), 30);
  const runtime = runtimeOf(engine);
  const lease = runtime.sequences.leases.at(-1)!;
  const length = (await conversation.memory()).layers[0]![0]!.positions.length;
  const held = await heldWords(runtime, lease, length);
  const checked: number[] = [];
  for (const [layer, { kvHeads, headDim }] of runtime.config.layers.entries()) {
    const side = runtime.caches.of('f32').aux(layer, keyBounds)!;
    const bounds = new Float32Array((await readBuffer(runtime.gpu, side.buffer, side.byteLength)).buffer);
    const size = 2 * headDim + 1;
    for (let head = 0; head < kvHeads; head++)
      for (let first = 0; first + 16 <= length; first += 16) {
        const keys = held[layer]!.slice(first, first + 16).map(
          (words) => new Float32Array(Uint32Array.from(words.slice(head * size, head * size + headDim)).buffer),
        );
        const page = lease.pages[layer]![Math.floor(first / 64)]!;
        for (let i = 0; i < headDim; i++) {
          const quad = ((page * kvHeads + head) * headDim) / 4 + Math.floor(i / 4);
          const at = (quad * 8 + ((first / 16) % 4)) * 4 + (i % 4);
          const of = keys.map((key) => key[i]!);
          expect([bounds[at], bounds[at + 16]]).toEqual([Math.min(...of), Math.max(...of)]);
          checked.push(first);
        }
      }
  }
  expect(new Set(checked)).toEqual(new Set([0, 16, 32, 48]));
});

test('one storage type beside another: each conversation gets what it gets alone', async () => {
  const kinds: MethodOptions[] = [{ kv: 'f16' }, { kv: 'q8' }, { kv: 'f32' }, { kv: 'q8', cache: 'h2o:budget=32' }];
  const prompts = kinds.map((_, i) => ids(50 + i, 30 + i));
  const alone: number[][] = [];
  for (const [i, kind] of kinds.entries()) alone.push(await single(kind, prompts[i]!, 24));
  const together = await Promise.all(kinds.map((kind, i) => answer(begin(kind), prompts[i]!, 24)));
  expect(together.map((result) => result.ids)).toEqual(alone);
});

describe('what a decode step costs', () => {
  const dispatches = async (methods: MethodOptions, length = 40): Promise<number> => {
    await single(methods, ids(length, 6), 30);
    const { perToken } = await engine.report();
    expect(perToken).toMatchObject({ bindGroupsCreated: 0, buffersCreated: 0, bytesWritten: 0 });
    return perToken.dispatches;
  };

  test.each(['streaming-llm', 'random', 'h2o', 'keyformer', 'tova', 'snap-kv'])(
    '%s adds no dispatch to it, and writes nothing',
    async (name) => {
      const window = name === 'snap-kv' ? ',window=8' : '';
      expect(await dispatches({ cache: `${name}:budget=64${window}` })).toBe(await dispatches({}));
      // Split attention, too.
      expect(await dispatches({ cache: `${name}:budget=400${window}` }, 450)).toBe(await dispatches({}, 450));
    },
  );
});

test('the report tells of conversations that were disposed, the last eight', async () => {
  for (let i = 0; i < 10; i++) await single({ cache: `random:budget=${20 + i}` }, ids(60, i), 2);
  const { conversations } = await engine.report();
  expect(conversations.map(({ disposed, bytes }) => [disposed, bytes])).toEqual(
    Array.from({ length: 8 }, () => [true, 0]),
  );
  expect(conversations.at(-1)).toMatchObject({ tokens: 61, slotsKept: 30, slotsEvicted: 31, cuts: 1 });
  expect(conversations.at(-1)!.cache).toContain('budget=29');
});
