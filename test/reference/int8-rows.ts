import { BLOCK } from '../../src/kernels/weights/format.ts';

/** Rows as int8: the words that kernels read, and the values that they stand for. */
export interface Int8Rows {
  /** 12 words for 32 values: 32 codes, the bits of the scale and of scale * sum of codes, two zeros. */
  readonly words: Uint32Array<ArrayBuffer>;
  readonly values: Float64Array;
}

/** Rounds to the nearest integer, halves to the even one. */
const roundEven = (value: number): number => {
  const below = Math.floor(value);
  const half = value - below === 0.5;
  return half ? below + (below % 2 === 0 ? 0 : 1) : Math.round(value);
};

/** code = round(x / scale) with scale = max |x| / 127 of 32 neighbours. */
export function int8Rows(x: ArrayLike<number>): Int8Rows {
  const blocks = x.length / BLOCK;
  const bytes = new DataView(new ArrayBuffer(blocks * 48));
  const values = new Float64Array(x.length);
  for (let block = 0; block < blocks; block++) {
    const numbers = Array.from({ length: BLOCK }, (_, i) => x[block * BLOCK + i]!);
    const largest = Math.max(...numbers.map(Math.abs));
    const scale = Math.fround(largest / 127);
    const codes = numbers.map((number) => (largest === 0 ? 0 : roundEven((number * 127) / largest)));
    codes.forEach((code, i) => {
      bytes.setInt8(block * 48 + i, code);
      values[block * BLOCK + i] = code * scale;
    });
    bytes.setFloat32(block * 48 + 32, scale, true);
    bytes.setFloat32(block * 48 + 36, scale * codes.reduce((sum, code) => sum + code, 0), true);
  }
  return { words: new Uint32Array(bytes.buffer), values };
}

/** The values, scales and sums of int8 rows; for comparisons within a tolerance. */
export function decodeInt8Rows(words: Uint32Array<ArrayBuffer>): Record<'values' | 'scales' | 'sums', Float64Array> {
  const bytes = new DataView(words.buffer);
  const blocks = words.length / 12;
  const values = new Float64Array(blocks * BLOCK);
  const scales = new Float64Array(blocks);
  const sums = new Float64Array(blocks);
  for (let block = 0; block < blocks; block++) {
    const scale = bytes.getFloat32(block * 48 + 32, true);
    scales[block] = scale;
    sums[block] = bytes.getFloat32(block * 48 + 36, true);
    for (let i = 0; i < BLOCK; i++) values[block * BLOCK + i] = bytes.getInt8(block * 48 + i) * scale;
  }
  return { values, scales, sums };
}

/**
 * Random values whose codes do not hang on the last bit of a division: each is within 0.4 of a code, and one of every 32
 * is the largest.
 */
export function steadyRows(count: number, random: { next(): number }): Float32Array<ArrayBuffer> {
  const x = new Float32Array(count);
  for (let block = 0; block < count / BLOCK; block++) {
    const scale = 10 ** (random.next() * 4 - 2);
    const top = Math.floor(random.next() * BLOCK);
    for (let i = 0; i < BLOCK; i++)
      x[block * BLOCK + i] =
        scale * (i === top ? 127 : Math.floor(random.next() * 253) - 126 + (random.next() - 0.5) * 0.8);
  }
  return x;
}
