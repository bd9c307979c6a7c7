/**
 * How large the weights of each block of 32 can be, from the scales of quantised blocks alone: a thirtieth of the work of reading every
 * weight. Formats: see dequantize.ts.
 */

import { bfloatToNumber, halfToNumber } from '../core/half.ts';
import { scaleAndMin } from './dequantize.ts';
import { GGML_TYPES, type GgmlType } from './ggml-types.ts';

/** Weights that have a peak together. */
export const PEAK_BLOCK = 32;

/**
 * An upper bound of the magnitude of every 32 weights: the largest of them in plain types, what the scales allow in quantised
 * ones. NaN or infinite where a weight may be. `bytes` hold `count` weights, a multiple of 32 and of the type's block.
 */
export function blockPeaks(type: GgmlType, bytes: Uint8Array, count: number): Float64Array {
  const peaks = new Float64Array(count / PEAK_BLOCK);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { blockSize, blockBytes } = GGML_TYPES[type];
  const unit = Math.max(blockSize, PEAK_BLOCK);
  const unitBytes = (unit / blockSize) * blockBytes;
  const read = READERS[type];
  for (let i = 0; i < count / unit; i++) read(view, i * unitBytes, peaks, (i * unit) / PEAK_BLOCK);
  return peaks;
}

/** Writes the peaks of the block of a type that begins at byte `at`, or of 32 weights of a plain type, to `out[to...]`. */
type PeakReader = (block: DataView, at: number, out: Float64Array, to: number) => void;

const half = (block: DataView, at: number): number => halfToNumber(block.getUint16(at, true));

/** Magnitudes are in the order of their bits, NaN behind infinity. */
function largest16(block: DataView, at: number): number {
  let most = 0;
  for (let i = 0; i < PEAK_BLOCK; i++) most = Math.max(most, block.getUint16(at + 2 * i, true) & 0x7fff);
  return most;
}

/** Of codes times a scale, codes from -`codes` on. */
const centred =
  (codes: number): PeakReader =>
  (block, at, out, to) => {
    out[to] = Math.abs(half(block, at)) * codes;
  };

/** Of codes from 0 to `codes` times a scale, and an offset. */
const offset =
  (codes: number): PeakReader =>
  (block, at, out, to) => {
    const [scale, low] = [half(block, at), half(block, at + 2)];
    out[to] = Math.max(Math.abs(low), Math.abs(low + scale * codes));
  };

/** Of eight sub-blocks of 32, each with a scale and a minimum. */
const subBlocks =
  (codes: number): PeakReader =>
  (block, at, out, to) => {
    const [superScale, superMin] = [half(block, at), half(block, at + 2)];
    for (let i = 0; i < 8; i++) {
      const [scale, min] = scaleAndMin(block, at + 4, i);
      out[to + i] = Math.max(Math.abs(superMin * min), Math.abs(superScale * scale * codes - superMin * min));
    }
  };

const READERS: Record<GgmlType, PeakReader> = {
  F32: (block, at, out, to) => {
    let most = 0;
    for (let i = 0; i < PEAK_BLOCK; i++) most = Math.max(most, Math.abs(block.getFloat32(at + 4 * i, true)));
    out[to] = most;
  },
  F16: (block, at, out, to) => {
    out[to] = halfToNumber(largest16(block, at));
  },
  BF16: (block, at, out, to) => {
    out[to] = bfloatToNumber(largest16(block, at));
  },
  Q8_0: centred(128),
  Q4_0: centred(8),
  Q4_1: offset(15),
  Q5_0: centred(16),
  Q5_1: offset(31),
  Q4_K: subBlocks(15),
  Q5_K: subBlocks(31),
  // Sixteen scales of 16 weights behind the codes, centred on 32.
  Q6_K: (block, at, out, to) => {
    const superScale = Math.abs(half(block, at + 208));
    for (let i = 0; i < 8; i++) {
      const scales = at + 192 + 2 * i;
      out[to + i] = superScale * 32 * Math.max(Math.abs(block.getInt8(scales)), Math.abs(block.getInt8(scales + 1)));
    }
  },
};
