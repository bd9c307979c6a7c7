import { expect, test } from 'vitest';
import { loadReference, referenceForward } from '../reference/transformer.ts';
import { tinyEngine } from '../support/tiny-engine.ts';
import { tinyModel } from '../support/tiny-model.ts';

const options = { tied: false, seed: 61, types: { rest: 'Q4_1', embed: 'Q8_0' } } as const;

test('the engine agrees with the float64 forward pass in this browser', async () => {
  const ids = Array.from({ length: 20 }, (_, i) => (i * 37 + 5) % 320);
  const reference = referenceForward(await loadReference(tinyModel(options)), ids);
  const engine = await tinyEngine(options, { kv: 'f32' });
  try {
    const rows = [0, 7, 19];
    const { logits } = await engine.score(ids, { logits: rows, top: 320 });
    for (const { position, top } of logits)
      for (const [id, logit] of top) expect(Math.abs(logit - reference[position]![id]!)).toBeLessThan(2e-4);
    const { ids: drawn } = await engine.generate(ids, { maxTokens: 4, ignoreEos: true }).result;
    expect(drawn[0]).toBe(logits[2]!.top[0]![0]);
  } finally {
    await engine.dispose();
  }
});
