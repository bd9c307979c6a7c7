/**
 * The exact value of every weight in every supported tensor type, in float64, written from the block formats.
 * A weight is scale * q, minus or plus an offset; the blocks differ only in where the bits of q, scale and offset lie.
 * Formats: https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h
 */

import { GGML_TYPES, type GgmlType } from './ggml-types.ts';
import { bfloatToNumber, halfToNumber } from '../core/half.ts';

/** Writes the weights of the block that begins at byte `at` to `out[to...]`. */
type BlockReader = (block: DataView, at: number, out: Float64Array, to: number) => void;

const half = (block: DataView, at: number): number => halfToNumber(block.getUint16(at, true));

/** The weights of a tensor (or of whole rows of it): `count` of them, a multiple of the type's block size. */
export function dequantizeTensor(type: GgmlType, bytes: Uint8Array, count: number): Float64Array {
  const { blockSize, blockBytes } = GGML_TYPES[type];
  const blocks = count / blockSize;
  if (!Number.isInteger(blocks) || bytes.byteLength < blocks * blockBytes) {
    throw new Error(`${count} weights of ${type} are not held by ${bytes.byteLength} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float64Array(count);
  const read = READERS[type];
  for (let i = 0; i < blocks; i++) read(view, i * blockBytes, out, i * blockSize);
  return out;
}

/** 32 weights whose four low bits are packed in 16 bytes: weight i in the low half of byte i, weight i + 16 in its high half. */
const nibbleOf32 = (block: DataView, at: number, i: number): number =>
  (block.getUint8(at + (i % 16)) >> (i < 16 ? 0 : 4)) & 15;

/** Scale and minimum of sub-block `i` (0 to 7) of a K-quant with 6-bit pairs packed in 12 bytes at `at`. */
export function scaleAndMin(block: DataView, at: number, i: number): [scale: number, min: number] {
  if (i < 4) return [block.getUint8(at + i) & 63, block.getUint8(at + i + 4) & 63];
  // The upper four keep four bits in the last bytes, and two in the spare top bits of the first eight.
  const low = block.getUint8(at + i + 4);
  const scaleTop = block.getUint8(at + i - 4) >> 6;
  const minTop = block.getUint8(at + i) >> 6;
  return [(low & 15) | (scaleTop << 4), (low >> 4) | (minTop << 4)];
}

const READERS: Record<GgmlType, BlockReader> = {
  F32: (block, at, out, to) => {
    out[to] = block.getFloat32(at, true);
  },
  F16: (block, at, out, to) => {
    out[to] = half(block, at);
  },
  BF16: (block, at, out, to) => {
    out[to] = bfloatToNumber(block.getUint16(at, true));
  },

  // scale f16 | 32 x int8
  Q8_0: (block, at, out, to) => {
    const scale = half(block, at);
    for (let i = 0; i < 32; i++) out[to + i] = scale * block.getInt8(at + 2 + i);
  },

  // scale f16 | 16 bytes of nibbles, centred on 8
  Q4_0: (block, at, out, to) => {
    const scale = half(block, at);
    for (let i = 0; i < 32; i++) out[to + i] = scale * (nibbleOf32(block, at + 2, i) - 8);
  },

  // scale f16 | offset f16 | 16 bytes of nibbles
  Q4_1: (block, at, out, to) => {
    const scale = half(block, at);
    const offset = half(block, at + 2);
    for (let i = 0; i < 32; i++) out[to + i] = scale * nibbleOf32(block, at + 4, i) + offset;
  },

  // scale f16 | fifth bits u32 | 16 bytes of nibbles, centred on 16
  Q5_0: (block, at, out, to) => {
    const scale = half(block, at);
    const fifth = block.getUint32(at + 2, true);
    for (let i = 0; i < 32; i++) {
      const q = nibbleOf32(block, at + 6, i) | (((fifth >>> i) & 1) << 4);
      out[to + i] = scale * (q - 16);
    }
  },

  // scale f16 | offset f16 | fifth bits u32 | 16 bytes of nibbles
  Q5_1: (block, at, out, to) => {
    const scale = half(block, at);
    const offset = half(block, at + 2);
    const fifth = block.getUint32(at + 4, true);
    for (let i = 0; i < 32; i++) {
      const q = nibbleOf32(block, at + 8, i) | (((fifth >>> i) & 1) << 4);
      out[to + i] = scale * q + offset;
    }
  },

  // super-scale f16 | super-minimum f16 | 12 bytes of scale and minimum pairs | 128 bytes of nibbles.
  // Sub-blocks of 32 share their bytes in pairs: the even one takes the low halves, the odd one the high halves.
  Q4_K: (block, at, out, to) => {
    const superScale = half(block, at);
    const superMin = half(block, at + 2);
    for (let i = 0; i < 256; i++) {
      const sub = i >> 5;
      const [scale, min] = scaleAndMin(block, at + 4, sub);
      const byte = block.getUint8(at + 16 + (sub >> 1) * 32 + (i & 31));
      const q = sub % 2 === 0 ? byte & 15 : byte >> 4;
      out[to + i] = superScale * scale * q - superMin * min;
    }
  },

  // As Q4_K, with 32 bytes of fifth bits before the nibbles: bit `sub` of byte i % 32.
  Q5_K: (block, at, out, to) => {
    const superScale = half(block, at);
    const superMin = half(block, at + 2);
    for (let i = 0; i < 256; i++) {
      const sub = i >> 5;
      const [scale, min] = scaleAndMin(block, at + 4, sub);
      const fifth = (block.getUint8(at + 16 + (i & 31)) >> sub) & 1;
      const byte = block.getUint8(at + 48 + (sub >> 1) * 32 + (i & 31));
      const q = (sub % 2 === 0 ? byte & 15 : byte >> 4) | (fifth << 4);
      out[to + i] = superScale * scale * q - superMin * min;
    }
  },

  // 128 bytes of low nibbles | 64 bytes of high bit pairs | 16 x int8 scales | super-scale f16.
  // Each half of 128 weights has four quarters of 32; a quarter's weights are centred on 32, 16 to a scale.
  Q6_K: (block, at, out, to) => {
    const superScale = half(block, at + 208);
    for (let i = 0; i < 256; i++) {
      const half128 = i >> 7;
      const quarter = (i >> 5) & 3;
      const column = i & 31;
      const lowByte = block.getUint8(at + half128 * 64 + (quarter & 1) * 32 + column);
      const low = quarter < 2 ? lowByte & 15 : lowByte >> 4;
      const high = (block.getUint8(at + 128 + half128 * 32 + column) >> (quarter * 2)) & 3;
      const scale = block.getInt8(at + 192 + (i >> 4));
      out[to + i] = superScale * scale * ((low | (high << 4)) - 32);
    }
  },
};
