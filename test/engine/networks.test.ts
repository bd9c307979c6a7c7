import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/index.ts';
import { goldenFile, goldenNetworks } from '../support/golden-network.ts';

/** f32 activations and cache against float64; ids may part where the margin is smaller (test/golden/README.md). */
const TOLERANCE = 2e-3;

describe.each(goldenNetworks.map((golden) => [golden.name, golden] as const))('%s', (_name, golden) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ model: new Blob([goldenFile(golden)]), kv: 'f32', context: 256 });
  });
  afterAll(() => engine?.dispose());

  test('logits of whole sequences', async () => {
    for (const { ids, lastLogits, positions } of golden.sequences) {
      const rows = positions.map(({ position }) => position);
      // An id behind the last, for a text of one token has nothing to score.
      // oxlint-disable-next-line no-await-in-loop -- one sequence after the other
      const { logits } = await engine.score([...ids, 0], { logits: rows, top: golden.vocab });
      positions.forEach(({ position, top20, logsumexp }, i) => {
        const row = new Map(logits[i]!.top);
        for (const [id, want] of top20) expect(Math.abs(row.get(id)! - want)).toBeLessThan(TOLERANCE);
        expect(Math.abs(logits[i]!.logsumexp - logsumexp)).toBeLessThan(TOLERANCE);
        if (position !== ids.length - 1) return;
        for (const [id, want] of lastLogits.entries()) expect(Math.abs(row.get(id)! - want)).toBeLessThan(TOLERANCE);
      });
    }
  });

  test('logits of ids that were read one at a time', async () => {
    const { ids, top5, logsumexp } = golden.forced;
    const prefix = golden.sequences.at(-1)!.ids;
    const rows = ids.map((_, i) => prefix.length + i);
    const { logits } = await engine.score([...prefix, ...ids], { logits: rows, top: golden.vocab });
    top5.forEach((top, i) => {
      const row = new Map(logits[i]!.top);
      for (const [id, want] of top) expect(Math.abs(row.get(id)! - want)).toBeLessThan(TOLERANCE);
      expect(Math.abs(logits[i]!.logsumexp - logsumexp[i]!)).toBeLessThan(TOLERANCE);
    });
  });

  test('greedy ids', async () => {
    for (const { ids, greedy } of golden.sequences) {
      const options = { maxTokens: greedy.ids.length, ignoreEos: true, temperature: 0 } as const;
      // oxlint-disable-next-line no-await-in-loop -- one sequence after the other
      const result = await engine.generate(ids, options).result;
      const parted = result.ids.findIndex((id, i) => id !== greedy.ids[i]);
      if (parted >= 0) expect(greedy.margins[parted]).toBeLessThan(TOLERANCE);
      else expect(result.ids).toEqual(greedy.ids);
    }
  });
});
