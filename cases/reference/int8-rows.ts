import { BLOCK } from '../../src/kernels/weights/format.ts';

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
