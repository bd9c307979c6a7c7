import { describe, expect, inject, test } from 'vitest';
import { Random } from '../../src/core/rng.ts';
import { loadReference, referenceForward } from '../reference/transformer.ts';
import { sampleOf } from '../support/sample.ts';
import { tinyEngine } from '../support/tiny-engine.ts';
import { tinyModel, type TinyModelOptions } from '../support/tiny-model.ts';

const randomIds = (count: number, vocab: number, seed: number): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.below(vocab));
};

/** The heads of the default model, so that both use the same compiled attention. */
const heads = { qHeads: 9, kvHeads: 3, headDim: 64 } as const;
const wide = { ...heads, hidden: 256, ffn: 256 } as const;
const LIKE_DEFAULT = 'Q4_1 with a Q8_0 embedding, as the default model';
const models: Record<string, TinyModelOptions> = {
  'F32, tied': {},
  'F32, separate head': { tied: false, seed: 2 },
  'Llama 3 frequencies, three query heads a KV head': { ...heads, ropeFreqs: true, hidden: 96, seed: 3 },
  'no grouping, one layer': { layers: 1, qHeads: 4, kvHeads: 4, seed: 4 },
  [LIKE_DEFAULT]: { types: { rest: 'Q4_1', embed: 'Q8_0' }, seed: 5 },
  'Q4_K with Q6_K values and down': {
    ...wide,
    types: { rest: 'Q4_K', v: 'Q6_K', down: 'Q6_K', embed: 'Q6_K', o: 'Q5_1' },
    seed: 6,
  },
  'gate and up of different types': { types: { gate: 'Q5_0', up: 'Q5_1' }, seed: 7 },
  'vocabulary of 1001, not a multiple of 64': { vocab: 1001, types: { rest: 'F16' }, seed: 8 },
};

const drawn = sampleOf(Object.entries(models), inject('sampling'), 'reference', ([name]) => name);

describe.each(drawn)('%s', (name, options) => {
  // The cache's type changes two kernels, whatever the weights: one model shows it.
  test.each(name === LIKE_DEFAULT ? (['f32', 'f16'] as const) : (['f32'] as const))(
    'logits and losses are those of the float64 forward pass, %s cache',
    async (kv) => {
      const vocab = options.vocab ?? 320;
      // A chunk as a matmul, and one row as a matvec.
      const ids = randomIds(65, vocab, 11);
      const reference = referenceForward(await loadReference(tinyModel(options)), ids, { halfCache: kv === 'f16' });
      const engine = await tinyEngine(options, { kv });
      try {
        const rows = [0, 1, 7, 8, 31, 62, 63, 64];
        const result = await engine.score(ids, { logits: rows, top: vocab });
        // f32 sums of a few hundred products; the f16 cache is rounded alike on both sides but for ties.
        const tolerance = kv === 'f32' ? 2e-4 : 5e-3;
        for (const { position, top, logsumexp } of result.logits) {
          const want = reference[position]!;
          const most = Math.max(...want);
          const lse = most + Math.log(want.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
          expect(Math.abs(logsumexp - lse)).toBeLessThan(tolerance);
          for (const [id, logit] of top) expect(Math.abs(logit - want[id]!)).toBeLessThan(tolerance);
          const target = ids[position + 1];
          if (target !== undefined)
            expect(Math.abs(result.nlls[position]! - (lse - want[target]!))).toBeLessThan(tolerance);
        }
        expect(result.tokens).toBe(64);
      } finally {
        await engine.dispose();
      }
    },
  );
});

test('without subgroups other kernels run, and the logits are the same', async () => {
  const options = { seed: 22, types: { rest: 'Q8_0' } } as const;
  const ids = randomIds(12, 320, 5);
  const reference = referenceForward(await loadReference(tinyModel(options)), ids);
  const engine = await tinyEngine(options, { kv: 'f32', disable: ['subgroups'] });
  try {
    const { logits } = await engine.score(ids, { logits: [0, 11], top: 320 });
    for (const { position, top } of logits)
      for (const [id, logit] of top) expect(Math.abs(logit - reference[position]![id]!)).toBeLessThan(2e-4);
    const { featuresUsed, featuresDisabled } = await engine.report();
    expect(featuresUsed).toEqual([]);
    expect(featuresDisabled).toEqual(['subgroups']);
  } finally {
    await engine.dispose();
  }
});

test('greedy ids are the argmax of the reference at every step', async () => {
  const options = { seed: 21, types: { rest: 'Q8_0' } } as const;
  const model = await loadReference(tinyModel(options));
  const engine = await tinyEngine(options, { kv: 'f32' });
  try {
    const prompt = randomIds(5, 320, 3);
    const { ids } = await engine.generate(prompt, { maxTokens: 12, ignoreEos: true }).result;
    const rows = referenceForward(model, [...prompt, ...ids]);
    ids.forEach((id, i) => {
      const row = rows[prompt.length - 1 + i]!;
      const best = row.indexOf(Math.max(...row));
      // A tie within f32 noise may fall either way.
      expect(row[best]! - row[id]!).toBeLessThan(1e-3);
    });
  } finally {
    await engine.dispose();
  }
});
