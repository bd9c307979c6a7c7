import { describe, expect, test } from 'vitest';
import { rangeExponent, scaledHeads } from '../../../src/engine/load/cache-ranges.ts';
import { halfScales } from '../../../src/engine/load/half-scales.ts';
import { SizeMeter } from '../../../src/engine/load/tensor-sizes.ts';
import { readNetwork } from '../../../src/models/read-network.ts';
import { weightsOf } from '../../../src/models/network.ts';
import type { VectorSpec } from '../../../src/models/tensors.ts';
import { bytesSource } from '../../../src/weights/byte-source.ts';
import { dequantizeTensor } from '../../../src/weights/dequantize.ts';
import { parseGguf } from '../../../src/weights/gguf.ts';
import { rangeWord } from '../../../src/kernels/step-layout.ts';
import { seededRandom } from '../../../cases/support/seeded-random.ts';
import { changedModel, type Changes } from '../../support/changed-model.ts';

describe('the power of two that brings numbers into the range of halves', () => {
  test.each([
    [65_000, 1, -1],
    [60_000, 1, 0],
    [1e6, 1, -5],
    [1, 2 ** -10, 0],
    [2 ** -6, 2 ** -11, 21],
    [0, Number.POSITIVE_INFINITY, 0],
    [Number.NaN, 1, 0],
    [Number.POSITIVE_INFINITY, 1, 0],
    [1e-38, 1e-38, 100],
  ])('at most %d, usually from %d on: %d', (most, least, exponent) => {
    expect(rangeExponent(most, least)).toBe(exponent);
  });

  test('both exponents fit a word', () => {
    expect(rangeWord(0, 0)).toBe(0);
    expect(rangeWord(-1, 2)).toBe(0x2ffff);
    expect(rangeWord(3, -100)).toBe(0xff9c0003);
  });
});

/** The matrix of queries, keys and values of a tiny model, and the sizes of its tensors. */
async function measured(changes: Changes = {}) {
  const file = await changedModel({ layers: 1, seed: 3, types: {} }, changes);
  const source = bytesSource(file);
  const gguf = await parseGguf(source);
  const spec = weightsOf(readNetwork(gguf)).find((one) => one.kind === 'matrix' && one.role === 'qkv')!;
  if (spec.kind !== 'matrix') throw new Error('no matrix');
  const read = (name: string): Float64Array => {
    const { type, offset, byteLength } = gguf.tensors.get(name)!;
    return dequantizeTensor(type, file.subarray(offset, offset + byteLength), byteLength / 4);
  };
  const gain = read('blk.0.attn_norm.weight');
  const meter = new SizeMeter();
  for (const { name } of spec.tensors.slice(1)) {
    const tensor = gguf.tensors.get(name)!;
    meter.ask(tensor, gain);
    // In two pieces, as a load streams them.
    const rows = tensor.shape[1]!;
    const rowBytes = tensor.byteLength / rows;
    for (const [first, count] of [
      [0, 5],
      [5, rows - 5],
    ] as const) {
      const at = tensor.offset + first * rowBytes;
      meter.see(tensor, first, count, file.subarray(at, at + count * rowBytes));
    }
  }
  return { spec, meter, gain, keys: read('blk.0.attn_k.weight') };
}

test('no normed input gives a product beyond the bound', async () => {
  const { meter, gain, keys } = await measured();
  const sizes = meter.of('blk.0.attn_k.weight')!.rows;
  const width = gain.length;
  const random = seededRandom(9);
  let closest = 0;
  for (const [row, size] of sizes.entries()) {
    const weights = keys.subarray(row * width, (row + 1) * width);
    // Random inputs, and the one that meets the row best.
    for (const drawn of [
      weights.map((w, i) => w * gain[i]!),
      ...Array.from({ length: 5 }, () => weights.map(() => random.normal())),
    ]) {
      const square = drawn.reduce((sum, x) => sum + x * x, 0) / width;
      const product = weights.reduce((sum, w, i) => sum + (w * gain[i]! * drawn[i]!) / Math.sqrt(square + 1e-5), 0);
      closest = Math.max(closest, Math.abs(product) / (size * Math.sqrt(width)));
    }
  }
  expect(closest).toBeLessThanOrEqual(1);
  expect(closest).toBeGreaterThan(0.3);
});

describe('heads that a cache of halves holds scaled', () => {
  test('none where numbers are of usual size', async () => {
    const { spec, meter } = await measured();
    expect(scaledHeads(spec, meter, new Map())).toEqual([]);
  });

  test('the one that is too large, and the one that is too small', async () => {
    const { spec, meter } = await measured({
      'blk.0.attn_k.weight': (weight, row) => (row < 16 ? weight : weight * 1e10),
      'blk.0.attn_v.weight': (weight, row) => (row < 16 ? weight * 1e-12 : weight),
    });
    const heads = scaledHeads(spec, meter, new Map());
    expect(heads).toHaveLength(2);
    expect(heads[0]).toMatchObject({ layer: 0, kvHead: 0, what: 'values', tooWide: false });
    expect(heads[0]!.exponent).toBeGreaterThan(30);
    expect(heads[1]).toMatchObject({ layer: 0, kvHead: 1, what: 'keys', tooWide: false });
    expect(heads[1]!.exponent).toBeLessThan(-15);
  });

  test('one whose elements span too much is named, rows of zeros are not', async () => {
    const { spec, meter } = await measured({
      'blk.0.attn_k.weight': (weight, row) => (row < 2 ? weight * 1e-9 : weight),
      'blk.0.attn_v.weight': (weight, row) => (row === 20 ? 0 : weight),
    });
    expect(scaledHeads(spec, meter, new Map())).toMatchObject([{ kvHead: 0, what: 'keys', tooWide: true }]);
  });

  test('a bias counts, of its own head alone', async () => {
    const { spec, meter } = await measured();
    const { qHeads, kvHeads, headDim } = spec.heads!;
    const values = new Float32Array((qHeads + 2 * kvHeads) * headDim);
    // One element of the second key head, as some Qwen2 have them.
    values[(qHeads + 1) * headDim + 3] = 2e6;
    const bias: VectorSpec = { kind: 'vector', tensors: [], make: () => values };
    const heads = scaledHeads({ ...spec, bias }, meter, new Map([[bias, values]]));
    expect(heads).toMatchObject([{ kvHead: 1, what: 'keys' }]);
    expect(2e6 * 2 ** heads[0]!.exponent).toBeLessThan(65_504);
  });

  test('keys with a norm of their own are as large as its gain lets them be, whatever their weights are', async () => {
    const { spec, meter } = await measured({ 'blk.0.attn_k.weight': (weight) => weight * 1e10 });
    const { headDim } = spec.heads!;
    const gains = new Float32Array(headDim).fill(1);
    const gain: VectorSpec = { kind: 'vector', tensors: [], make: () => gains };
    const normed = { ...spec, keyNorm: { gain, width: headDim } };
    expect(scaledHeads(normed, meter, new Map([[gain, gains]]))).toEqual([]);
    const large = gains.map(() => 1e6);
    expect(scaledHeads(normed, meter, new Map([[gain, large]]))).toMatchObject([
      { kvHead: 0, what: 'keys' },
      { kvHead: 1, what: 'keys' },
    ]);
  });
});

describe('the scales of inputs and weights as halves', () => {
  const sizes = { most: 8, usual: [1, 1] };
  test('sums of four products stay in range, whatever the sizes are', () => {
    for (const [input, weight] of [
      [1, 1],
      [1e10, 1e-12],
      [1e-12, 1e9],
    ] as const) {
      const { inputs, weights, fits } = halfScales(
        { most: 8 * input, usual: [input, input] },
        { rowPeaks: [weight, weight / 3], columnPeaks: [weight, weight / 2] },
        true,
      );
      expect(fits).toBe(true);
      const largest = 8 * input * 2 ** inputs * weight * 2 ** weights * 4;
      expect(largest).toBeLessThanOrEqual(2 ** 15);
      expect(largest).toBeGreaterThan(2 ** 11);
    }
  });

  test('numbers that span more than halves hold do not fit, where they count', () => {
    const fits = (
      usual: readonly number[],
      columnPeaks: readonly number[],
      rowPeaks = [1, 1],
      rowsMatter = true,
    ): boolean => halfScales({ most: 8, usual }, { rowPeaks, columnPeaks }, rowsMatter).fits;
    expect(fits([1, 1e-9], [1e-9, 1])).toBe(false);
    // What is tiny and stays tiny may be lost.
    expect(fits([1, 1e-9], [1, 1])).toBe(true);
    expect(fits([1, 1], [1, 1e-12])).toBe(true);
    expect(fits([1, 1], [1, 1], [1, 1e-9])).toBe(false);
    expect(fits([1, 1], [1, 1], [1, 1e-9], false)).toBe(true);
    expect(fits([1, 1], [1, 1], [1, 0])).toBe(true);
  });

  test('nothing is scaled by what is no number', () => {
    expect(halfScales(sizes, { rowPeaks: [Number.NaN], columnPeaks: [1, 1] }, true)).toEqual({
      inputs: 0,
      weights: 0,
      fits: true,
    });
  });
});
