import { describe, expect, it } from 'vitest';
import { relativeRms, toInt4, toInt8, type QuantisationError } from '../../../bench/peers/convert/int-blocks.ts';
import { Random } from '../../../src/core/rng.ts';

const none = (): QuantisationError => ({ squaredError: 0, squaredSum: 0 });

const nibble = (bytes: Uint8Array, index: number): number => (bytes[index >> 1]! >> ((index % 2) * 4)) & 15;

/** What MatMulNBits makes of the three tensors, by its documentation. */
function fromInt4({ packed, scales, zeroPoints }: ReturnType<typeof toInt4>, rows: number, columns: number): number[] {
  const blocks = columns / 32;
  const zeroStride = 2 * Math.ceil(blocks / 2);
  return Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    const block = Math.floor((i % columns) / 32);
    return (nibble(packed, i) - nibble(zeroPoints, row * zeroStride + block)) * scales[row * blocks + block]!;
  });
}

function randomWeights(count: number): Float32Array {
  const random = new Random(7);
  return Float32Array.from({ length: count }, () => (random.below(20_001) - 10_000) / 10_000);
}

describe('4-bit blocks', () => {
  it('keep weights that have a scale and a whole zero point exactly, also with an odd number of blocks in a row', () => {
    const [rows, columns] = [3, 96];
    const random = new Random(3);
    const weights = new Float32Array(rows * columns);
    for (let block = 0; block < weights.length / 32; block++) {
      const scale = 2 ** -(block % 5);
      const zero = 1 + random.below(14);
      for (let i = 0; i < 32; i++) {
        const q = i < 2 ? i * 15 : random.below(16); // Both ends are used, as quantisers see to.
        weights[block * 32 + i] = (q - zero) * scale;
      }
    }
    const error = none();
    const matrix = toInt4(weights, rows, columns, error);
    expect(fromInt4(matrix, rows, columns)).toEqual([...weights]);
    expect(relativeRms(error)).toBe(0);
  });

  it('come back near any weights, and tell the error that they really have', () => {
    const [rows, columns] = [4, 64];
    const weights = randomWeights(rows * columns);
    const error = none();
    const back = fromInt4(toInt4(weights, rows, columns, error), rows, columns);
    const squaredError = back.reduce((sum, value, i) => sum + (value - weights[i]!) ** 2, 0);
    const squaredSum = weights.reduce((sum, value) => sum + value ** 2, 0);
    expect(relativeRms(error)).toBeCloseTo(Math.sqrt(squaredError / squaredSum), 6);
    // Sixteen even steps over a uniform range have 1 / (15 sqrt 3) of its half width: about 0.067 of the RMS.
    expect(relativeRms(error)).toBeLessThan(0.08);
  });

  it('hold a block of zeros and blocks on one side of zero', () => {
    const weights = new Float32Array(96);
    weights.fill(0.5, 32, 64);
    for (let i = 64; i < 96; i++) weights[i] = -1 - (i - 64) / 31;
    const back = fromInt4(toInt4(weights, 1, 96, none()), 1, 96);
    for (const [i, value] of back.entries()) expect(Math.abs(value - weights[i]!)).toBeLessThanOrEqual(0.08);
    expect(back.slice(0, 32)).toEqual(Array(32).fill(0));
  });

  it('refuse rows that blocks do not fill', () => {
    expect(() => toInt4(new Float32Array(48), 1, 48, none())).toThrow('blocks of 32');
    expect(() => toInt4(new Float32Array(32), 2, 32, none())).toThrow('2 x 32');
  });
});

describe('8-bit blocks', () => {
  it('keep weights of the form of Q8_0 exactly', () => {
    const random = new Random(5);
    const weights = Float32Array.from({ length: 128 }, (_, i) => {
      const q = i % 32 === 0 ? 127 : random.below(255) - 127;
      return q * 2 ** -(3 + Math.floor(i / 32));
    });
    const error = none();
    const { values, scales } = toInt8(weights, 2, 64, error);
    expect(Array.from(values, (value, i) => (value - 128) * scales[i >> 5]!)).toEqual([...weights]);
    expect(relativeRms(error)).toBe(0);
  });
});
