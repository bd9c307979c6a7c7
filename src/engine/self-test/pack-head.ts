import { halfToNumber, numberToHalf } from '../../weights/half.ts';
import { headWords, type KvType } from '../../kernels/cache-layout.ts';
import { int8Head } from '../../kernels/cache/int8-head.ts';

/** A key or a value as the cache stores it. */
export interface PackedHead {
  /** `headWords` words. */
  readonly words: Uint32Array<ArrayBuffer>;
  /** What unpacked elements are multiplied with; 1 except with q8. */
  readonly scale: number;
  /** The numbers that words and scale stand for. */
  readonly values: Float64Array;
}

/** Packs a key or a value, a multiple of 4 finite numbers, as `lib/kv` of that type unpacks it. */
export function packHead(kv: KvType, numbers: ArrayLike<number>): PackedHead {
  const words = new Uint32Array(headWords(kv, numbers.length));
  if (kv === 'q8') {
    const { codes, scale } = int8Head(numbers);
    new Int8Array(words.buffer).set(codes);
    return { words, scale, values: Float64Array.from(codes, (code) => code * scale) };
  }
  if (kv === 'f32') {
    const floats = new Float32Array(words.buffer);
    floats.set(numbers);
    return { words, scale: 1, values: Float64Array.from(floats) };
  }
  const halves = new Uint16Array(words.buffer);
  halves.set(Uint16Array.from(numbers, numberToHalf));
  return { words, scale: 1, values: Float64Array.from(halves, halfToNumber) };
}
