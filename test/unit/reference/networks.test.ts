import { describe, expect, test } from 'vitest';
import { goldenFile, goldenNetworks } from '../../support/golden-network.ts';
import { loadReference, referenceForward } from '../../reference/transformer.ts';

/** The reference is of Llama's family; other networks have their golden logits. */
const llamas = goldenNetworks.filter(({ architecture }) => architecture === 'llama');

test('there are golden networks', () => expect(llamas.length).toBeGreaterThanOrEqual(5));

describe.each(llamas.map((golden) => [golden.name, golden] as const))('the reference: %s', (_name, golden) => {
  test(golden.what, async () => {
    const model = await loadReference(goldenFile(golden));
    for (const { ids, lastLogits, positions } of golden.sequences) {
      const rows = referenceForward(model, ids);
      // The other side is float64 too, but for float32 norms, softmax and angles.
      const last = rows.at(-1)!;
      expect(last.length).toBe(golden.vocab);
      expect(Math.max(...last.map((logit, id) => Math.abs(logit - lastLogits[id]!)))).toBeLessThan(1e-4);
      for (const { position, top20, logsumexp } of positions) {
        const row = rows[position]!;
        for (const [id, logit] of top20) expect(Math.abs(row[id]! - logit)).toBeLessThan(1e-4);
        expect(Math.abs(logSumExp(row) - logsumexp)).toBeLessThan(1e-4);
      }
    }
  });
});

function logSumExp(row: Float64Array): number {
  const most = Math.max(...row);
  return most + Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
}
