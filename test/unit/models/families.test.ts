import { describe, expect, test } from 'vitest';
import { qkvBias, qkvMatrix } from '../../../src/models/blocks/qkv-weights.ts';
import { gatedMlp } from '../../../src/models/blocks/gated-mlp.ts';
import type { LayerConfig } from '../../../src/models/model-config.ts';
import { readNetwork } from '../../../src/models/read-network.ts';
import { rangesOf } from '../../../src/models/tensors.ts';
import { planWeights } from '../../../src/engine/load/weight-plan.ts';
import { bytesSource } from '../../../src/weights/byte-source.ts';
import { parseGguf, type GgufFile } from '../../../src/weights/gguf.ts';
import { tinyModel } from '../../support/tiny-model.ts';

const layer: LayerConfig = {
  qHeads: 2,
  kvHeads: 1,
  headDim: 4,
  ffn: 32,
  window: undefined,
  rope: { base: 10_000, dims: 4, scaling: { kind: 'none' } },
};
const order = { headDim: 4, turned: 4 };
const source = { prefix: 'blk.0.', hidden: 32, layer, order };

describe('queries, keys and values', () => {
  test('are ranges of one tensor where the file has them so, values in their own order', () => {
    const spec = qkvMatrix({ ...source, fused: true });
    expect(spec.tensors).toEqual([{ name: 'blk.0.attn_qkv.weight', shape: [32, 16] }]);
    expect(rangesOf(spec).map(({ from, count, order: own }) => [from, count, own !== undefined])).toEqual([
      [0, 8, true],
      [8, 4, true],
      [12, 4, false],
    ]);
  });

  test('have a bias in the same order; a part without one has zeros', () => {
    const whole = qkvBias({ ...source, fused: true, biased: () => true })!;
    const made = whole.make([Float32Array.from({ length: 16 }, (_, i) => i)], 0);
    expect([...made]).toEqual([0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 13, 14, 15]);
    const some = qkvBias({ ...source, fused: false, biased: (name) => name === 'attn_v' })!;
    expect([...some.make([Float32Array.of(1, 2, 3, 4)], 0)]).toEqual([...Array<number>(12).fill(0), 1, 2, 3, 4]);
    expect(qkvBias({ ...source, fused: false, biased: () => false })).toBeUndefined();
  });
});

test('gate and up that are one tensor are interleaved by its halves', () => {
  const mlp = gatedMlp({ prefix: 'blk.0.', index: 0, hidden: 32, ffn: 6, epsilon: 1e-5, fused: true });
  const tensor = { name: 'blk.0.ffn_up.weight', type: 'F32', shape: [32, 12], offset: 0, byteLength: 12 * 128 };
  const down = { ...tensor, name: 'blk.0.ffn_down.weight', shape: [6, 32] };
  const file = { tensors: new Map([tensor, down].map((one) => [one.name, one])) } as unknown as GgufFile;
  const plan = planWeights(file, { blocks: [{ weights: mlp.weights, encode: () => {} }], ropeTables: [] }, 2 ** 30);
  const [parts] = [...plan.matrices.values()];
  expect(parts).toHaveLength(1);
  expect(parts![0]).toMatchObject({ role: 'gate-up', outputs: 12 });
  expect(parts![0]!.rows.map(({ from, count, first, stride }) => [from, count, first, stride])).toEqual([
    [0, 6, 0, 2],
    [6, 6, 1, 2],
  ]);
});

describe('windows', () => {
  const windowsOf = async (metadata: Parameters<typeof tinyModel>[0]): Promise<readonly unknown[]> =>
    readNetwork(await parseGguf(bytesSource(tinyModel(metadata)))).config.layers.map(({ window }) => window);

  test('are those of all layers in llama, or of those that the pattern names', async () => {
    const window = { 'llama.attention.sliding_window': { u32: 16 } };
    expect(await windowsOf({ layers: 3, metadata: window })).toEqual([16, 16, 16]);
    const every = { ...window, 'llama.attention.sliding_window_pattern': { u32: 3 } };
    expect(await windowsOf({ layers: 3, metadata: every })).toEqual([16, 16, undefined]);
    expect(await windowsOf({ layers: 3, metadata: { 'llama.attention.sliding_window': { u32: 0 } } })).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
