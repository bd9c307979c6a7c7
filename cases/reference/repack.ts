/**
 * Raw GGUF rows to the codes and aux words that kernels read (shaders/lib/weights/layout.wgsl), weight by weight:
 * first the whole numbers and scale words of a block, then their places. It judges shaders/weights/repack.wgsl and makes
 * matrices for the tests of the linear kernels.
 */

import { BLOCK, WEIGHT_FORMATS, matrixBytes, type WeightType } from '../../src/kernels/weights/format.ts';

/** A block of 32 weights: whole numbers of up to 8 bits, or the raw bytes of the float types. */
type Codes = (raw: DataView, unit: number, block: number) => readonly number[];
/** The aux words of a unit that begins at byte `unit` and has `blocks` blocks in this row. */
type Aux = (raw: DataView, unit: number, blocks: number) => readonly number[];

const u8 = (raw: DataView, at: number): number => raw.getUint8(at);
const u16 = (raw: DataView, at: number): number => raw.getUint16(at, true);
const u32 = (raw: DataView, at: number): number => raw.getUint32(at, true);

/** Numbers 0 to 31 in turn. */
const each = (make: (i: number) => number): number[] => Array.from({ length: BLOCK }, (_, i) => make(i));
/** One bit each of 32 numbers, the first lowest. */
const plane = (bits: readonly number[]): number => bits.reduce((word, bit, i) => (word | ((bit & 1) << i)) >>> 0, 0);

/** Weight i in the low half of byte i, weight i + 16 in its high half. */
const legacyNibble = (raw: DataView, at: number, i: number): number =>
  (u8(raw, at + (i % 16)) >> (i < 16 ? 0 : 4)) & 15;

/** Two neighbouring sub-blocks share 32 bytes: low halves, then high halves. */
const superNibble = (raw: DataView, at: number, block: number, i: number): number =>
  (u8(raw, at + Math.floor(block / 2) * 32 + i) >> (4 * (block % 2))) & 15;

/** The 6-bit scale and minimum of sub-block `block`. */
function sixBits(raw: DataView, at: number, block: number): number {
  const top = (i: number) => u8(raw, at + i) >> 6;
  const six = (i: number) => u8(raw, at + i) & 63;
  const [scale, minimum] =
    block < 4
      ? [six(block), six(block + 4)]
      : [(u8(raw, at + block + 4) & 15) + 16 * top(block - 4), (u8(raw, at + block + 4) >> 4) + 16 * top(block)];
  return scale + 256 * minimum;
}
const sixBitWords = (raw: DataView, at: number): number[] =>
  [0, 2, 4, 6].map((block) => sixBits(raw, at, block) + 65536 * sixBits(raw, at, block + 1));

/** The 6-bit number of weight i of sub-block `block` of a Q6_K super-block. */
function sixthQuant(raw: DataView, unit: number, block: number, i: number): number {
  const [half, quarter] = [Math.floor(block / 4), block % 4];
  const low = (u8(raw, unit + half * 64 + (quarter % 2) * 32 + i) >> (quarter < 2 ? 0 : 4)) & 15;
  return low + 16 * ((u8(raw, unit + 128 + half * 32 + i) >> (2 * quarter)) & 3);
}

/** The f16 scales of up to two blocks, `bytes` apart, in one word. */
const twoScales = (raw: DataView, unit: number, blocks: number, bytes: number): number =>
  u16(raw, unit) + (blocks > 1 ? 65536 * u16(raw, unit + bytes) : 0);

const rawBytes = (raw: DataView, at: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => u8(raw, at + i));
const none: Aux = () => [];

const READERS: Readonly<Record<WeightType, { readonly codes: Codes; readonly aux: Aux }>> = {
  F32: { codes: (raw, unit) => rawBytes(raw, unit, 128), aux: none },
  F16: { codes: (raw, unit) => rawBytes(raw, unit, 64), aux: none },
  BF16: { codes: (raw, unit) => rawBytes(raw, unit, 64), aux: none },
  Q8_0: {
    codes: (raw, unit, block) => rawBytes(raw, unit + block * 34 + 2, 32),
    aux: (raw, unit, blocks) => [twoScales(raw, unit, blocks, 34)],
  },
  Q4_0: {
    codes: (raw, unit, block) => each((i) => legacyNibble(raw, unit + block * 18 + 2, i)),
    aux: (raw, unit, blocks) => [twoScales(raw, unit, blocks, 18)],
  },
  Q4_1: { codes: (raw, unit) => each((i) => legacyNibble(raw, unit + 4, i)), aux: (raw, unit) => [u32(raw, unit)] },
  Q5_0: {
    codes: (raw, unit, block) => each((i) => legacyNibble(raw, unit + block * 22 + 6, i)),
    aux: (raw, unit, blocks) => [
      twoScales(raw, unit, blocks, 22),
      ...Array.from({ length: blocks }, (_, block) => u32(raw, unit + block * 22 + 2)),
    ],
  },
  Q5_1: {
    codes: (raw, unit) => each((i) => legacyNibble(raw, unit + 8, i)),
    aux: (raw, unit) => [u32(raw, unit), u32(raw, unit + 4)],
  },
  Q4_K: {
    codes: (raw, unit, block) => each((i) => superNibble(raw, unit + 16, block, i)),
    aux: (raw, unit) => [u32(raw, unit), ...sixBitWords(raw, unit + 4)],
  },
  Q5_K: {
    codes: (raw, unit, block) => each((i) => superNibble(raw, unit + 48, block, i)),
    aux: (raw, unit, blocks) => [
      u32(raw, unit),
      ...sixBitWords(raw, unit + 4),
      ...Array.from({ length: blocks }, (_, block) => plane(each((i) => u8(raw, unit + 16 + i) >> block))),
    ],
  },
  Q6_K: {
    codes: (raw, unit, block) => each((i) => sixthQuant(raw, unit, block, i) & 15),
    aux: (raw, unit, blocks) => [
      u16(raw, unit + 208),
      ...[0, 4, 8, 12].map((i) => u32(raw, unit + 192 + i)),
      ...Array.from({ length: blocks }, (_, block) =>
        [4, 5].map((bit) => plane(each((i) => sixthQuant(raw, unit, block, i) >> bit))),
      ).flat(),
    ],
  },
};

/** A repacked matrix in memory. */
export interface PackedMatrix {
  /** Four words to a vec4u. */
  readonly codes: Uint32Array<ArrayBuffer>;
  /** At least four words, so that it can be bound. */
  readonly aux: Uint32Array<ArrayBuffer>;
}

/** Codes and aux of a matrix of this shape, every word `fill`. */
export function emptyMatrix(
  type: WeightType,
  outputs: number,
  columns: number,
  rowTile: number,
  fill = 0,
): PackedMatrix {
  const bytes = matrixBytes(type, outputs, columns, rowTile);
  return {
    codes: new Uint32Array(bytes.codes / 4).fill(fill),
    aux: new Uint32Array(Math.max(4, bytes.aux / 4)).fill(fill),
  };
}

/**
 * Writes `rows` raw rows of `columns` weights into a matrix: source row i becomes row firstRow + i * stride.
 * @param rowBytes bytes from one source row to the next
 */
export function repackRows(
  matrix: PackedMatrix,
  type: WeightType,
  raw: Uint8Array,
  {
    columns,
    rowTile,
    rows,
    rowBytes,
    firstRow = 0,
    stride = 1,
  }: {
    columns: number;
    rowTile: number;
    rows: number;
    rowBytes: number;
    firstRow?: number;
    stride?: number;
  },
): void {
  const { unitBytes, unitBlocks, unitWords, blockCodes } = WEIGHT_FORMATS[type];
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const bytes = new DataView(matrix.codes.buffer);
  const blocks = columns / BLOCK;
  const units = Math.ceil(blocks / unitBlocks);
  for (let source = 0; source < rows; source++) {
    const row = firstRow + source * stride;
    const [tile, lane] = [Math.floor(row / rowTile), row % rowTile];
    for (let unit = 0; unit < units; unit++) {
      const at = source * rowBytes + unit * unitBytes;
      const inUnit = Math.min(unitBlocks, blocks - unit * unitBlocks);
      READERS[type].aux(view, at, inUnit).forEach((word, i) => {
        matrix.aux[((tile * units + unit) * unitWords + i) * rowTile + lane] = word;
      });
      for (let block = 0; block < inUnit; block++) {
        const codes = READERS[type].codes(view, at, block);
        const packed = blockCodes === 1 ? Array.from({ length: 16 }, (_, i) => codes[i]! + 16 * codes[i + 16]!) : codes;
        packed.forEach((byte, i) => {
          const vector =
            ((tile * blocks + unit * unitBlocks + block) * blockCodes + Math.floor(i / 16)) * rowTile + lane;
          bytes.setUint8(vector * 16 + (i % 16), byte);
        });
      }
    }
  }
}
