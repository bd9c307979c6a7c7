import { PAGE_SLOTS } from '../kernels/cache-layout.ts';

/** How many vec4f a table for positions below `context` takes. */
export const turnsQuads = (pairs: number, context: number): number =>
  Math.ceil(((64 + Math.ceil(context / 64) + 1) * pairs) / 2);

/**
 * The rotations that `lib/rope` multiplies: cos and sin of position * frequency for the positions 0 to 63, then for the
 * multiples of 64 up to `context`, computed in float64. `magnitude` (YaRN) is in the first part.
 * @returns [64 + ceil(context / 64) + 1][pairs] of (cos, sin)
 */
export function turnsTable(
  frequencies: ArrayLike<number>,
  magnitude: number,
  context: number,
): Float32Array<ArrayBuffer> {
  const pairs = frequencies.length;
  const table = new Float32Array(turnsQuads(pairs, context) * 4);
  const rows = 64 + Math.ceil(context / PAGE_SLOTS) + 1;
  for (let row = 0; row < rows; row++) {
    const position = row < 64 ? row : (row - 64) * 64;
    const scale = row < 64 ? magnitude : 1;
    for (let i = 0; i < pairs; i++) {
      const angle = position * frequencies[i]!;
      table[2 * (row * pairs + i)] = Math.cos(angle) * scale;
      table[2 * (row * pairs + i) + 1] = Math.sin(angle) * scale;
    }
  }
  return table;
}
