/** Random tensor data in every type, without a quantiser: any bits are valid quants, only the scales must be sane. */

import { GGML_TYPES, ggmlBytes, type GgmlType } from '../../src/weights/ggml-types.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { numberToBfloat, numberToHalf } from '../../src/core/half.ts';

/** Root mean square of `scale * (q - zero)` over uniform random q, in units of the f16 scale; tells how to reach a wanted spread. */
interface BlockShape {
  /** Byte positions of f16 scales that multiply q. */
  readonly scaleAt: number;
  /** Byte position of the f16 offset (or super-minimum), if any. */
  readonly offsetAt?: number;
  /** rms of what the scale multiplies, after the offset has centred it. */
  readonly spread: number;
  /** The offset that centres the weights, in units of the scale. */
  readonly offset?: number;
}

const SHAPES: Readonly<Record<Exclude<GgmlType, 'F32' | 'F16' | 'BF16'>, BlockShape>> = {
  Q8_0: { scaleAt: 0, spread: 74 },
  Q4_0: { scaleAt: 0, spread: 4.6 },
  Q4_1: { scaleAt: 0, offsetAt: 2, spread: 4.6, offset: -7.5 },
  Q5_0: { scaleAt: 0, spread: 9.2 },
  Q5_1: { scaleAt: 0, offsetAt: 2, spread: 9.2, offset: -15.5 },
  // Sub-scales and sub-minima are uniform in 0..63: scale * q averages 31.5 * 7.5, and so must the minima.
  Q4_K: { scaleAt: 0, offsetAt: 2, spread: 270, offset: 7.5 },
  Q5_K: { scaleAt: 0, offsetAt: 2, spread: 550, offset: 15.5 },
  Q6_K: { scaleAt: 208, spread: 74 * 18.5 },
};

export interface BlockOptions {
  /** The root mean square of the weights, about. Default 0.05. */
  readonly rms?: number;
  /** The share of quantised blocks whose f16 scale is subnormal (below 2^-14). Default 0. */
  readonly subnormal?: number;
}

/** Raw bytes of `count` random weights of a type; `count` is a multiple of its block size. */
export function randomBlocks(
  type: GgmlType,
  count: number,
  random: SeededRandom,
  options: BlockOptions = {},
): Uint8Array<ArrayBuffer> {
  const { rms = 0.05, subnormal = 0 } = options;
  const { blockSize, blockBytes } = GGML_TYPES[type];
  const bytes = new Uint8Array(ggmlBytes(type, count));
  const view = new DataView(bytes.buffer);
  if (type === 'F32' || type === 'F16' || type === 'BF16') {
    for (let i = 0; i < count; i++) {
      const value = random.normal() * rms;
      if (type === 'F32') view.setFloat32(i * 4, value, true);
      else view.setUint16(i * 2, type === 'F16' ? numberToHalf(value) : numberToBfloat(value), true);
    }
    return bytes;
  }
  const shape = SHAPES[type];
  for (let at = 0, block = 0; block < count / blockSize; block++, at += blockBytes) {
    for (let i = 0; i < blockBytes; i++) bytes[at + i] = random.int(256);
    const small = random.next() < subnormal;
    // Any non-zero fraction with exponent 0 is subnormal.
    const scale = small ? (1 + random.int(1023)) * 2 ** -24 : (rms / shape.spread) * (0.5 + random.next());
    view.setUint16(at + shape.scaleAt, numberToHalf(scale), true);
    if (shape.offsetAt !== undefined) view.setUint16(at + shape.offsetAt, numberToHalf(scale * shape.offset!), true);
  }
  return bytes;
}
