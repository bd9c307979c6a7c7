import { describe, expect, it } from 'vitest';
import { openNodeFile } from '../../../src/weights/node-file.ts';
import golden from '../../golden/logits.json' with { type: 'json' };
import { loadReference, referenceForward } from '../../reference/transformer.ts';
import { modelPath } from '../../support/model-path.ts';
import { tinyModel } from '../../support/tiny-model.ts';

const largest = (rows: readonly Float64Array[]): number =>
  Math.max(...rows.map((row) => row.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
const distance = (a: readonly Float64Array[], b: readonly Float64Array[]): number =>
  largest(a.map((row, i) => row.map((value, j) => value - b[i]![j]!)));

const ids = [5, 80, 3, 200, 41, 7];

/** Two equal heads of 16 rows for each one. */
const repeatHeads = (data: Float64Array, columns: number): Float64Array =>
  Float64Array.from({ length: data.length * 2 }, (_, i) => {
    const row = Math.floor(i / columns);
    const head = Math.floor(row / 16);
    return data[(Math.floor(head / 2) * 16 + (row % 16)) * columns + (i % columns)]!;
  });

describe('referenceForward', () => {
  it('gives the golden logits of the real model', { timeout: 120_000 }, async () => {
    const source = await openNodeFile(modelPath());
    const model = await loadReference(source);
    await source.close();
    const prompt = golden.prompts.find(({ name }) => name === 'raw short')!;
    const logits = referenceForward(model, prompt.ids);
    for (const { position, top20, logsumexp, mean, l2, fixed } of prompt.positions) {
      const row = logits[position]!;
      for (const [id, logit] of top20) expect(Math.abs(row[id!]! - logit!)).toBeLessThan(1e-5);
      for (const [i, id] of golden.fixed_ids.entries()) expect(Math.abs(row[id]! - fixed[i]!)).toBeLessThan(1e-5);
      const order = Array.from(row.keys()).toSorted((a, b) => row[b]! - row[a]! || a - b);
      expect(order.slice(0, 20)).toEqual(top20.map(([id]) => id));
      const most = row[order[0]!]!;
      expect(most + Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0))).toBeCloseTo(logsumexp, 5);
      expect(row.reduce((sum, value) => sum + value, 0) / row.length).toBeCloseTo(mean, 5);
      expect(Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) / l2).toBeCloseTo(1, 7);
    }
  });

  it('looks back only: a longer prompt does not change earlier rows', async () => {
    const model = await loadReference(tinyModel({ seed: 4 }));
    const whole = referenceForward(model, ids);
    expect(distance(referenceForward(model, ids.slice(0, 4)), whole.slice(0, 4))).toBe(0);
    const other = referenceForward(model, [...ids.slice(0, 5), 8]);
    expect(distance(other.slice(0, 5), whole.slice(0, 5))).toBe(0);
    expect(distance(other.slice(5), whole.slice(5))).toBeGreaterThan(0.1);
  });

  it('depends on distances only, for RoPE is relative', async () => {
    const model = await loadReference(tinyModel({ seed: 5, ropeFreqs: true }));
    expect(distance(referenceForward(model, ids, { firstPosition: 100 }), referenceForward(model, ids))).toBeLessThan(
      1e-9,
    );
  });

  it('sees the order of tokens', async () => {
    const model = await loadReference(tinyModel({ seed: 5 }));
    const swapped = [ids[1]!, ids[0]!, ...ids.slice(2)];
    expect(
      distance(referenceForward(model, swapped).slice(-1), referenceForward(model, ids).slice(-1)),
    ).toBeGreaterThan(0.01);
  });

  it('shares key-value heads as if they were repeated', async () => {
    const shared = await loadReference(tinyModel({ seed: 6, qHeads: 4, kvHeads: 2, headDim: 16 }));
    const whole = {
      ...shared,
      config: { ...shared.config, kvHeads: 4 },
      layers: shared.layers.map((layer) => ({
        ...layer,
        k: { rows: 64, columns: 64, data: repeatHeads(layer.k.data, 64) },
        v: { rows: 64, columns: 64, data: repeatHeads(layer.v.data, 64) },
      })),
    };
    expect(distance(referenceForward(whole, ids), referenceForward(shared, ids))).toBe(0);
  });

  it('tells hidden states per layer, and the cost of an f16 cache', async () => {
    const model = await loadReference(tinyModel({ seed: 7, layers: 3 }));
    const seen: number[] = [];
    const exact = referenceForward(model, ids, { onLayer: (layer, rows) => seen.push(layer, rows.length) });
    expect(seen).toEqual([-1, 6, 0, 6, 1, 6, 2, 6]);
    const rounded = referenceForward(model, ids, { halfCache: true });
    expect(distance(rounded, exact)).toBeGreaterThan(1e-6);
    expect(distance(rounded, exact)).toBeLessThan(0.05);
  });
});

describe('tinyModel', () => {
  it('keeps activations and logits sane in every type', async () => {
    for (const type of ['F32', 'BF16', 'Q8_0', 'Q4_1', 'Q5_0', 'Q4_K', 'Q6_K'] as const) {
      // oxlint-disable-next-line no-await-in-loop
      const model = await loadReference(
        tinyModel({
          hidden: 256,
          qHeads: 4,
          kvHeads: 2,
          headDim: 64,
          ffn: 256,
          types: { rest: type },
          tied: false,
          layers: 4,
        }),
      );
      const sizes: number[] = [];
      const logits = referenceForward(model, ids, { onLayer: (_, rows) => sizes.push(largest(rows)) });
      expect(Math.max(...sizes)).toBeLessThan(50);
      expect(largest(logits)).toBeGreaterThan(1);
      expect(largest(logits)).toBeLessThan(60);
    }
  });

  it('is the same file for the same options', () => {
    expect(tinyModel({ seed: 3 })).toEqual(tinyModel({ seed: 3 }));
    expect(tinyModel({ seed: 3 })).not.toEqual(tinyModel({ seed: 4 }));
  });
});
