import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createEngine, type Engine } from '../../src/index.ts';
import { networks } from '../../src/models/networks/index.ts';
import { goldenFile, goldenNetworks, type GoldenNetwork, type GoldenSequence } from '../support/golden-network.ts';
import { sampleOf } from '../support/sample.ts';

/** f32 activations and cache against float64; ids may part where the margin is smaller (test/golden/README.md). */
const TOLERANCE = 2e-3;
/** The same with keys and values as halves: at most, and rms. */
const HALF_TOLERANCE = 0.1;
const HALF_RMS = 1e-2;
/** Dispatches of a layer for a token, as docs/networks.md tells them; with experts in place of an MLP four more. */
const DISPATCHES: Readonly<Record<string, number>> = {
  llama: 5,
  qwen2: 5,
  qwen3: 6,
  qwen3moe: 6,
  olmoe: 6,
  phi3: 5,
  gemma: 5,
  gemma2: 7,
  gemma3: 8,
  smollm3: 5,
  ernie4_5: 5,
  granite: 5,
  granitemoe: 5,
  olmo2: 8,
  exaone4: 8,
  'hunyuan-dense': 6,
  cohere2: 6,
  stablelm: 7,
  phi2: 6,
  starcoder2: 7,
  gpt2: 7,
  gptneox: 7,
};
const GREEDY = { ignoreEos: true, temperature: 0 } as const;
/** Ids that are drawn behind a sequence. */
const ANSWER = 32;
/** Contexts, the least first: what a network does with its positions may depend on it. */
const CONTEXTS = [256, 512];

/** Every row's logits of a sequence, whose last id has no target. */
async function logitsOf(engine: Engine, ids: readonly number[], rows: readonly number[], vocab: number) {
  // An id behind the last, for a text of one token has nothing to score.
  const { logits } = await engine.score([...ids, 0], { logits: [...rows], top: vocab });
  return logits.map(({ top, logsumexp }) => ({ row: new Map(top), logsumexp }));
}

const afterOf = ({ forced, sequences }: GoldenNetwork): number => forced.after ?? sequences.length - 1;

const known = sampleOf(
  goldenNetworks.filter(({ architecture }) => networks.has(architecture)),
  inject('sampling'),
  'networks',
  ({ name }) => name,
);

describe.each(known.map((golden) => [golden.name, golden] as const))('%s', (_name, golden) => {
  const contextOf = ({ ids }: GoldenSequence): number =>
    CONTEXTS.find((context) => ids.length + ANSWER <= context) ?? CONTEXTS.at(-1)!;

  describe.each([...new Set(golden.sequences.map(contextOf))].toSorted((a, b) => a - b))('in %i tokens', (context) => {
    const sequences = golden.sequences.filter((sequence) => contextOf(sequence) === context);
    let engine: Engine;
    beforeAll(async () => {
      engine = await createEngine({ model: new Blob([goldenFile(golden)]), kv: 'f32', context });
    });
    afterAll(() => engine?.dispose());

    test('logits of whole sequences', async () => {
      for (const { ids, lastLogits, positions } of sequences) {
        const rows = positions.map(({ position }) => position);
        // oxlint-disable-next-line no-await-in-loop -- one sequence after the other
        const logits = await logitsOf(engine, ids, rows, golden.vocab);
        positions.forEach(({ position, top20, logsumexp }, i) => {
          const { row, logsumexp: got } = logits[i]!;
          for (const [id, want] of top20) expect(Math.abs(row.get(id)! - want)).toBeLessThan(TOLERANCE);
          expect(Math.abs(got - logsumexp)).toBeLessThan(TOLERANCE);
          if (position !== ids.length - 1) return;
          for (const [id, want] of lastLogits.entries()) expect(Math.abs(row.get(id)! - want)).toBeLessThan(TOLERANCE);
        });
      }
    });

    test.skipIf(!sequences.includes(golden.sequences[afterOf(golden)]!))(
      'logits of ids that were read one at a time',
      async () => {
        const { ids, top5, logsumexp } = golden.forced;
        const prefix = golden.sequences[afterOf(golden)]!.ids;
        const conversation = engine.conversation();
        for (const [i, top] of top5.entries()) {
          // Each turn has one id more; the others are cached.
          const text = [...prefix, ...ids.slice(0, i + 1)];
          // oxlint-disable-next-line no-await-in-loop -- one id after the other
          const { logprobs } = await conversation.generate(text, { ...GREEDY, maxTokens: 1, logprobs: 20 }).result;
          const row = new Map(logprobs![0]!.top);
          for (const [id, want] of top)
            expect(Math.abs(row.get(id)! + logsumexp[i]! - want)).toBeLessThan(2 * TOLERANCE);
        }
        await conversation.dispose();
      },
    );

    test('logits with the default cache', async () => {
      const { ids, positions } = sequences.at(-1)!;
      const { top20, logsumexp } = positions.at(-1)!;
      const conversation = engine.conversation({ kv: 'f16' });
      const { logprobs } = await conversation.generate(ids, { ...GREEDY, maxTokens: 1, logprobs: 20 }).result;
      await conversation.dispose();
      const row = new Map(logprobs![0]!.top);
      // Of ids that the rounding takes over the edge of the twenty nothing is told.
      const told = top20.flatMap(([id, want]) => (row.has(id) ? [row.get(id)! + logsumexp - want] : []));
      expect(told.length).toBeGreaterThan(15);
      expect(Math.max(...told.map(Math.abs))).toBeLessThan(HALF_TOLERANCE);
      expect(Math.sqrt(told.reduce((sum, difference) => sum + difference ** 2, 0) / told.length)).toBeLessThan(
        HALF_RMS,
      );
    });

    test('greedy ids', async () => {
      for (const { ids, greedy } of sequences) {
        // oxlint-disable-next-line no-await-in-loop -- one sequence after the other
        const result = await engine.generate(ids, { ...GREEDY, maxTokens: greedy.ids.length }).result;
        const parted = result.ids.findIndex((id, i) => id !== greedy.ids[i]);
        if (parted >= 0) expect(greedy.margins[parted]).toBeLessThan(TOLERANCE);
        else expect(result.ids).toEqual(greedy.ids);
      }
      const { perToken, selfTest, kernels } = await engine.report();
      const experts = 'moe/route' in kernels ? 4 : 0;
      // Biases of gate and up make them run apart.
      const apart = golden.name === 'llama-bias' ? 2 : 0;
      expect(perToken.dispatchesPerLayer).toBe(DISPATCHES[golden.architecture]! + experts + apart);
      expect(selfTest.notCompared).toEqual([]);
    });
  });
});

const unknown = goldenNetworks.filter(({ architecture }) => !networks.has(architecture));
test.skipIf(unknown.length === 0).each(unknown.map((golden) => [golden.name, golden] as const))(
  '%s is refused by its name',
  async (_name, golden) => {
    await expect(createEngine({ model: new Blob([goldenFile(golden)]) })).rejects.toMatchObject({
      // The kind of a tensor is seen first.
      code: expect.stringMatching(/^(?:model-architecture|gguf-tensor-type)$/) as string,
      message: expect.stringMatching(new RegExp(`"${golden.architecture}"|MXFP4`)) as string,
    });
  },
);
