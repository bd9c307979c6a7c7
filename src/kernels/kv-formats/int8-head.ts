import { roundEven } from '../elementwise/int8-rows.ts';

/** The largest magnitude that still counts as zero is below this: else the scale would be no normal number and 127 / max no finite one. */
export const LEAST = 1.5e-36;

/** A key or a value as a q8 cache holds it: element i is codes[i] * scale. */
export interface Int8Head {
  readonly codes: Int8Array<ArrayBuffer>;
  /** An f32 number. */
  readonly scale: number;
}

/** What `cache/quantize-append` makes of a key or a value, on the CPU in float64. Finite numbers only. */
export function int8Head(x: ArrayLike<number>): Int8Head {
  let largest = 0;
  for (let i = 0; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i]!));
  if (largest < LEAST) return { codes: new Int8Array(x.length), scale: 0 };
  const codes = Int8Array.from({ length: x.length }, (_, i) => roundEven((x[i]! * 127) / largest));
  return { codes, scale: Math.fround(largest / 127) };
}
