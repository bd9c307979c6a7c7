import type { WgslPart } from '../../gpu/wgsl.ts';

/** A key or a value as a cache stores it. */
export interface PackedHead {
  readonly words: Uint32Array<ArrayBuffer>;
  /** What unpacked elements are multiplied with; 1 where the format has no scales. */
  readonly scale: number;
  /** The numbers that words and scale stand for. */
  readonly values: Float64Array;
}

/** A way to store keys and values: everything that kernels and the CPU need to know of it. */
export interface KvFormat {
  /** What it is, in a sentence. */
  readonly description: string;
  /** The include with `KvQuad`, `unpack_quad`, `quad_word` and the scales. */
  readonly part: WgslPart;
  /** 32-bit words of four neighbouring elements. */
  readonly quadWords: number;
  /** Scales of a slot, f32: of its key, then of its value; 0 = none. */
  readonly scales: 0 | 2;
  /**
   * How pairs are read and written where they lie: the projection then appends keys and values itself, and a key can be
   * turned. Undefined: rows are staged as f32 and packed whole, by cache/quantize-append.
   */
  readonly pairs: { readonly load: WgslPart; readonly store: WgslPart } | undefined;
  /** Packs a key or a value, a multiple of 4 finite numbers, as the kernels do. */
  pack(numbers: ArrayLike<number>): PackedHead;
  /** A word of small elements, of either sign and below 1/8, made from a random one; with scales of `RANDOM_SCALE`. */
  readonly randomWord: (word: number) => number;
}

/** What the codes of a random cache are multiplied with: the largest of eight bits is then 1/8. */
export const RANDOM_SCALE = 1 / 8 / 127;
