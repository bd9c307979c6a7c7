import { TURN_SPAN } from '../kernels/rope.ts';

/** How many vec4f a table for positions below `context` takes. */
export const ropeTableQuads = (pairs: number, context: number): number =>
  Math.ceil(((TURN_SPAN + Math.ceil(context / TURN_SPAN) + 1) * pairs) / 2);

/**
 * The rotations that `lib/rope` multiplies: cos and sin of position * frequency for the positions below TURN_SPAN, then
 * for its multiples up to `context`, computed in float64. `magnitude` (YaRN) is in the first part.
 * @returns [TURN_SPAN + ceil(context / TURN_SPAN) + 1][pairs] of (cos, sin)
 */
export function ropeTable(
  frequencies: ArrayLike<number>,
  magnitude: number,
  context: number,
): Float32Array<ArrayBuffer> {
  const pairs = frequencies.length;
  const table = new Float32Array(ropeTableQuads(pairs, context) * 4);
  const rows = TURN_SPAN + Math.ceil(context / TURN_SPAN) + 1;
  for (let row = 0; row < rows; row++) {
    const position = row < TURN_SPAN ? row : (row - TURN_SPAN) * TURN_SPAN;
    const scale = row < TURN_SPAN ? magnitude : 1;
    for (let i = 0; i < pairs; i++) {
      const angle = position * frequencies[i]!;
      table[2 * (row * pairs + i)] = Math.cos(angle) * scale;
      table[2 * (row * pairs + i) + 1] = Math.sin(angle) * scale;
    }
  }
  return table;
}
