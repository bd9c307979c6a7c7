import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/index.ts';
import { goldenEncoders, goldenFile } from '../support/golden-network.ts';
import { tinyEngine } from '../support/tiny-engine.ts';

/** Of a number of a normalised embedding, all in f32: 1e-5 rms, a few times that at most. */
const TOLERANCE = 6e-5;

describe.each(goldenEncoders.map((golden) => [golden.name, golden] as const))('%s', (_name, golden) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ model: new Blob([goldenFile(golden)]), kv: 'f32' });
  });
  afterAll(() => engine?.dispose());

  test('embeddings of ids and of texts', async () => {
    const { embeddings } = await engine.embed(golden.items.map(({ ids }) => ids));
    golden.items.forEach(({ normalised }, i) => {
      for (const [at, want] of normalised.entries())
        expect(Math.abs(embeddings[i]![at]! - want)).toBeLessThan(TOLERANCE);
    });
    const texts = golden.items.flatMap(({ text, normalised }) => (text === undefined ? [] : [{ text, normalised }]));
    const told = await engine.embed(texts.map(({ text }) => text));
    texts.forEach(({ normalised }, i) => {
      for (const [at, want] of normalised.entries())
        expect(Math.abs(told.embeddings[i]![at]! - want)).toBeLessThan(TOLERANCE);
    });
  });

  test('a text by itself has the embedding that it has beside others', async () => {
    const ids = golden.items.map((item) => item.ids).slice(0, 3);
    const together = await engine.embed(ids);
    for (const [i, one] of ids.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- each by itself is what is asked
      const alone = await engine.embed([one]);
      const largest = Math.max(
        ...alone.embeddings[0]!.map((value, at) => Math.abs(value - together.embeddings[i]![at]!)),
      );
      expect(largest).toBeLessThan(TOLERANCE);
    }
  });

  test('what has no next token is refused', async () => {
    expect(() => engine.generate('a')).toThrow(expect.objectContaining({ code: 'usage-encoder' }) as Error);
    await expect(engine.score([1, 2])).rejects.toMatchObject({ code: 'usage-encoder' });
  });
});

describe('a decoder', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await tinyEngine({ seed: 41 }, { context: 256 });
  });
  afterAll(() => engine?.dispose());

  const ids = (count: number, first: number): number[] =>
    Array.from({ length: count }, (_, i) => (first + i * 37) % 300);

  test('reads long texts in chunks and short ones together: the last state is the same', async () => {
    const [long, short] = [ids(200, 5), ids(9, 80)];
    const { embeddings, dimensions, tokens } = await engine.embed([short, long, short]);
    expect(dimensions).toBe(64);
    expect(tokens).toBe(218);
    expect(embeddings[2]).toEqual(embeddings[0]);
    const alone = await engine.embed([long]);
    expect(alone.embeddings[0]).toEqual(embeddings[1]);
    const length = Math.hypot(...embeddings[1]!);
    expect(Math.abs(length - 1)).toBeLessThan(1e-6);
  });

  test('pools and cuts as it is told', async () => {
    const text = ids(20, 3);
    const of = async (options: Parameters<Engine['embed']>[1]) => (await engine.embed([text], options)).embeddings[0]!;
    const raw = { normalize: false } as const;
    const last = await of({ ...raw, pooling: 'last' });
    expect(await of({ ...raw })).toEqual(last);
    // Behind its first token a causal model's state is that of the token alone.
    const first = await of({ ...raw, pooling: 'cls' });
    const alone = (await engine.embed([text.slice(0, 1)], raw)).embeddings[0]!;
    first.forEach((value, i) => expect(Math.abs(value - alone[i]!)).toBeLessThan(1e-4));
    const short = await of({ pooling: 'last', dimensions: 10 });
    const norm = Math.hypot(...last.slice(0, 10));
    expect(short).toHaveLength(10);
    short.forEach((value, i) => expect(Math.abs(value - last[i]! / norm)).toBeLessThan(1e-6));
  });

  test.each([
    [{ pooling: 'rank' }, 'usage-option'],
    [{ dimensions: 65 }, 'usage-option'],
    [{ dimensions: 0 }, 'usage-option'],
  ])('refuses %j', async (options, code) => {
    await expect(engine.embed([[1]], options as Parameters<Engine['embed']>[1])).rejects.toMatchObject({ code });
  });

  test('refuses what is no text', async () => {
    await expect(engine.embed('text' as never)).rejects.toMatchObject({ code: 'usage-empty' });
    await expect(engine.embed([[]])).rejects.toMatchObject({ code: 'usage-empty' });
    await expect(engine.embed([[99_999]])).rejects.toMatchObject({ code: 'usage-ids' });
    await expect(engine.embed([ids(300, 1)])).rejects.toMatchObject({ code: 'context-overflow' });
  });
});
