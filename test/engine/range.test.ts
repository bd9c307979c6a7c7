import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NumberError, type Engine, type EngineOptions } from '../../src/index.ts';
import { loadReference, referenceForward } from '../reference/transformer.ts';
import { changedEngine, changedModel, type Changes } from '../support/changed-model.ts';
import { tinyModel, type TinyModelOptions } from '../support/tiny-model.ts';

interface GivenCase {
  readonly id: string;
  readonly options?: Partial<EngineOptions>;
  readonly scale?: Readonly<Record<string, number>>;
}
const given = JSON.parse(readFileSync(new URL('../golden/f16-range.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly GivenCase[];
};

const MODEL: TinyModelOptions = { layers: 1, seed: 5 };
const ids = Array.from({ length: 40 }, (_, i) => (29 * i + 3) % 320);
const ROWS = [0, 5, 20, 39];

const timesAll = (scale: Readonly<Record<string, number>>): Changes =>
  Object.fromEntries(Object.entries(scale).map(([name, factor]) => [name, (weight) => weight * factor]));

/** Keys times a factor and queries divided by it, or values and the output; of one KV head, or of all. */
function cancelling(
  what: 'keys' | 'values',
  factor: number,
  { layer = 0, head }: { layer?: number; head?: number } = {},
): Changes {
  const [qHeads, kvHeads, headDim] = [4, 2, 16];
  const own = (kvHead: number): boolean => head === undefined || kvHead === head;
  const kvHeadOf = (row: number): boolean => own(Math.floor(row / headDim));
  const qHeadOf = (row: number): boolean => own(Math.floor(row / headDim / (qHeads / kvHeads)));
  const prefix = `blk.${layer}.attn_`;
  return what === 'keys'
    ? {
        [`${prefix}k.weight`]: (weight, row) => (kvHeadOf(row) ? weight * factor : weight),
        [`${prefix}q.weight`]: (weight, row) => (qHeadOf(row) ? weight / factor : weight),
      }
    : {
        [`${prefix}v.weight`]: (weight, row) => (kvHeadOf(row) ? weight * factor : weight),
        [`${prefix}output.weight`]: (weight, _row, column) => (qHeadOf(column) ? weight / factor : weight),
      };
}

/** The greatest difference of a logit from the float64 forward pass, over the rows that are looked at. */
async function difference(engine: Engine, file: Uint8Array<ArrayBuffer>): Promise<number> {
  const reference = referenceForward(await loadReference(file), ids);
  const { logits } = await engine.score(ids, { logits: ROWS, top: 320 });
  return Math.max(
    ...logits.flatMap(({ position, top }) => top.map(([id, logit]) => Math.abs(logit - reference[position]![id]!))),
  );
}

async function withEngine<T>(
  file: Uint8Array<ArrayBuffer>,
  options: Partial<EngineOptions>,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await changedEngine(file, options);
  try {
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}

describe('keys, values and activations that halves do not hold as they are', () => {
  test.each(given.cases.filter(({ scale }) => scale))(
    '$id: the logits are those of float64',
    async ({ scale, options = {} }) => {
      const file = await changedModel(MODEL, timesAll(scale!));
      await withEngine(file, options, async (engine) => {
        expect(await difference(engine, file)).toBeLessThan(0.03);
        const { range, fallbacks } = await engine.report();
        expect(range.ended).toEqual([]);
        if (options.activations === undefined) expect(range.scaled.length).toBe(2);
        else expect(fallbacks).toContainEqual(expect.stringContaining('f16'));
      });
    },
  );

  test.each([
    ['keys', 1e10, {}],
    ['keys', 1e-12, {}],
    ['values', 1e10, {}],
    ['values', 1e-12, {}],
    ['keys', 1e10, { head: 1 }],
    ['keys', 1e-12, { head: 0 }],
    ['values', 1e10, { head: 0 }],
    ['values', 1e-12, { head: 1 }],
    ['keys', 3e4, {}],
  ] as const)('%s times %d, %o', async (what, factor, place) => {
    const file = await changedModel(MODEL, cancelling(what, factor, place));
    await withEngine(file, {}, async (engine) => {
      expect(await difference(engine, file)).toBeLessThan(0.03);
      const { scaled } = (await engine.report()).range;
      expect(scaled.length).toBe('head' in place ? 1 : 2);
      for (const one of scaled) {
        expect(one).toMatchObject({ what, layer: 0, ...('head' in place && { kvHead: place.head }) });
        expect(Math.sign(one.exponent)).toBe(factor > 1 ? -1 : 1);
      }
    });
  });

  test('one layer of two, and caches that need no scales beside it', async () => {
    const model = { ...MODEL, layers: 2 };
    const file = await changedModel(model, {
      ...cancelling('keys', 1e6, { layer: 1 }),
      ...cancelling('values', 1e-7, { layer: 1 }),
    });
    for (const kv of ['f16', 'f32', 'q8'] as const)
      // oxlint-disable-next-line no-await-in-loop -- one engine after the other
      await withEngine(file, { kv }, async (engine) => {
        // Eight bits are not exact, whatever the numbers' size: the same model in range is as far off.
        expect(await difference(engine, file), kv).toBeLessThan(kv === 'q8' ? 0.5 : 0.03);
        expect((await engine.report()).range.scaled.map(({ layer }) => layer)).toEqual([1, 1, 1, 1]);
      });
  });

  test('a model in range is scaled nowhere', () =>
    withEngine(tinyModel(MODEL), {}, async (engine) => {
      expect((await engine.report()).range).toEqual({ scaled: [], ended: [] });
    }));

  test.each([
    { cache: 'streaming-llm:budget=24' },
    { cache: 'streaming-llm:budget=24,positions=rank' },
    { cache: 'h2o:budget=24' },
    { cache: 'keyformer:budget=24' },
    { attention: 'quest:pages=2,page=16' },
    { attention: 'token-select:k=16' },
  ] as const)('%o answers as the same model in range does', async (methods) => {
    // Powers of two change no digit: the numbers that are compared, kept and chosen by are the same.
    const changes = { ...cancelling('keys', 2 ** 24, { head: 1 }), ...cancelling('values', 2 ** -23) };
    const answer = (file: Uint8Array<ArrayBuffer>): Promise<readonly number[]> =>
      withEngine(file, {}, async (engine) => {
        const options = { maxTokens: 30, ignoreEos: true, temperature: 0 };
        return (await engine.conversation(methods).generate(ids, options).result).ids;
      });
    expect(await answer(await changedModel(MODEL, changes))).toEqual(await answer(tinyModel(MODEL)));
  });
});

describe('numbers that are none', () => {
  const codeOf = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
    } catch (error) {
      if (error instanceof NumberError) return error.code;
      throw error;
    }
    return 'no error';
  };
  const nanAt =
    (row: number): ((weight: number, at: number, column: number) => number) =>
    (weight, at, column) =>
      at === row && column === 0 ? Number.NaN : weight;
  const options = { maxTokens: 6, ignoreEos: true } as const;

  test('a NaN logit is never drawn from, greedily or not, alone or among many, nor scored', async () => {
    // The head is the embedding: the logit of id 7 is no number in any row.
    const file = await changedModel(MODEL, { 'token_embd.weight': nanAt(7) });
    await withEngine(file, {}, async (engine) => {
      for (const prompt of [[9, 10], ids])
        for (const more of [
          { temperature: 0 },
          { temperature: 1, seed: 3 },
          { temperature: 1, topK: 5, topP: 0.9 },
          { logprobs: 3 },
        ])
          // oxlint-disable-next-line no-await-in-loop -- one answer after the other
          expect(await codeOf(engine.generate(prompt, { ...options, ...more }).result)).toBe('logits-not-numbers');
      expect(await codeOf(engine.score(ids))).toBe('logits-not-numbers');
      // Twelve rows: the head is a matmul.
      const many = await Promise.all(ids.slice(0, 12).map((id) => codeOf(engine.generate([id], options).result)));
      expect(new Set(many)).toEqual(new Set(['logits-not-numbers']));
      const { range } = await engine.report();
      expect(range.ended.length).toBeGreaterThan(12);
      expect(range.ended.every(({ what }) => what === 'logits')).toBe(true);
    });
  });

  test.each(['f16', 'f32', 'q8'] as const)(
    'a token whose numbers are none ends its conversation alone, kv %s',
    async (kv) => {
      // The head has its own weights: only what follows token 7 is touched, and its own row is no number's row.
      const model = { ...MODEL, layers: 2, tied: false };
      const file = await changedModel(model, { 'token_embd.weight': nanAt(7) });
      const plain = await withEngine(
        tinyModel(model),
        { kv },
        (engine) => engine.generate([9, 10, 11], options).result,
      );
      await withEngine(file, { kv }, async (engine) => {
        const spoiled = engine.conversation();
        const [bad, good] = [spoiled.generate([7, ...ids], options), engine.generate([9, 10, 11], options)];
        expect(await codeOf(bad.result)).toBe('cache-out-of-range');
        expect((await good.result).ids).toEqual(plain.ids);
        expect(await codeOf(engine.score([7, 8, 9, 10]))).toBe('cache-out-of-range');
        // Nothing of what was spoiled is left.
        expect((await spoiled.generate([9, 10, 11], options).result).ids).toEqual(plain.ids);
        const { ended } = (await engine.report()).range;
        expect(ended).toHaveLength(2);
        expect(ended[0]).toMatchObject({ what: 'cache', layer: 0 });
        expect(ended[0]!.pairs).toBeGreaterThan(0);
      });
    },
  );

  test('a token that is drawn deep in an answer ends it there', async () => {
    const model = { ...MODEL, tied: false };
    const answer = { maxTokens: 60, ignoreEos: true, temperature: 1.5, seed: 4 } as const;
    const plain = await withEngine(tinyModel(model), {}, (engine) => engine.generate([9, 10], answer).result);
    // A token that comes late, and for the first time.
    const at = plain.ids.findIndex((id, i) => i > 30 && plain.ids.indexOf(id) === i && ![9, 10].includes(id));
    const file = await changedModel(model, { 'token_embd.weight': nanAt(plain.ids[at]!) });
    await withEngine(file, {}, async (engine) => {
      const generation = engine.generate([9, 10], answer);
      const seen: number[] = [];
      const reading = (async () => {
        for await (const { id } of generation) seen.push(id);
      })();
      expect(await codeOf(reading)).toBe('cache-out-of-range');
      expect(seen).toEqual(plain.ids.slice(0, at + 1));
    });
  });
});
