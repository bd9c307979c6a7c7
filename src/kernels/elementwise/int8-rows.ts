import { BLOCK } from '../weights/format.ts';

/** Rows as int8: the words that kernels read, and the values that they stand for. */
export interface Int8Rows {
  /** 12 words for 32 values: 32 codes, the bits of the scale and of scale * sum of codes, two zeros. */
  readonly words: Uint32Array<ArrayBuffer>;
  readonly values: Float64Array;
}

/** Rounds to the nearest integer, halves to the even one. */
export const roundEven = (value: number): number => {
  const below = Math.floor(value);
  const half = value - below === 0.5;
  return half ? below + (below % 2 === 0 ? 0 : 1) : Math.round(value);
};

/**
 * What `quantizeRows` writes, on the CPU: code = round(x / scale) with scale = max |x| / 127 of 32 neighbours, NaN where one of
 * them is no number; such a block has codes 0 here.
 */
export function int8Rows(x: ArrayLike<number>): Int8Rows {
  const blocks = x.length / BLOCK;
  const bytes = new DataView(new ArrayBuffer(blocks * 48));
  const values = new Float64Array(x.length);
  for (let block = 0; block < blocks; block++) {
    const numbers = Array.from({ length: BLOCK }, (_, i) => x[block * BLOCK + i]!);
    const largest = Math.max(...numbers.map(Math.abs));
    const scale = Number.isFinite(largest) ? Math.fround(largest / 127) : Number.NaN;
    const codes = numbers.map((number) =>
      largest === 0 || Number.isNaN(scale) ? 0 : roundEven((number * 127) / largest),
    );
    codes.forEach((code, i) => {
      bytes.setInt8(block * 48 + i, code);
      values[block * BLOCK + i] = code * scale;
    });
    bytes.setFloat32(block * 48 + 32, scale, true);
    bytes.setFloat32(block * 48 + 36, scale * codes.reduce((sum, code) => sum + code, 0), true);
  }
  return { words: new Uint32Array(bytes.buffer), values };
}
