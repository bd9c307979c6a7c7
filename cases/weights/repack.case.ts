import type { Random } from '../../src/core/rng.ts';
import { matrixBytes, WEIGHT_FORMATS, type WeightType } from '../../src/kernels/weights/format.ts';
import { repack, repackConstants } from '../../src/kernels/weights/repack.ts';
import { GGML_TYPE_NAMES, ggmlBytes } from '../../src/weights/ggml-types.ts';
import { randomBlocks } from '../reference/random-blocks.ts';
import { emptyMatrix, repackRows } from '../reference/repack.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom } from '../support/seeded-random.ts';

interface Shape {
  readonly type: WeightType;
  readonly blocks: number;
  readonly rows: number;
  readonly rowTile: number;
  /** Rows of the whole matrix, and where the raw rows go. */
  readonly outputs: number;
  readonly firstRow: number;
  readonly stride: number;
}

/** What a word holds before; it must survive where no row is written. */
const BEFORE = 0xa5a5a5a5;

const shapesOf = (type: WeightType): Shape[] => {
  const superBlocks = WEIGHT_FORMATS[type].unitBlocks === 8 ? 8 : 1;
  return [
    { type, blocks: superBlocks, rows: 1, rowTile: 1, outputs: 1, firstRow: 0, stride: 1 },
    { type, blocks: 3 * superBlocks, rows: 5, rowTile: 8, outputs: 13, firstRow: 7, stride: 1 },
    // The second of two matrices whose rows alternate.
    { type, blocks: 2 * superBlocks, rows: 6, rowTile: 8, outputs: 12, firstRow: 1, stride: 2 },
    { type, blocks: 3 * superBlocks, rows: 67, rowTile: 64, outputs: 70, firstRow: 2, stride: 1 },
  ];
};

const shapes: readonly Shape[] = [
  ...GGML_TYPE_NAMES.flatMap(shapesOf),
  // More units than a workgroup.
  { type: 'Q4_1', blocks: 65, rows: 2, rowTile: 8, outputs: 3, firstRow: 1, stride: 1 },
];

export default kernelCase(repack, {
  shapes,
  bench: [{ type: 'Q4_1', blocks: 48, rows: 576, rowTile: 64, outputs: 576, firstRow: 0, stride: 1 }],
  // Bits are moved, not computed.
  tolerance: 0,
  build({ type, blocks, rows, rowTile, outputs, firstRow, stride }: Shape, random: Random) {
    const raw = randomBlocks(type, rows * blocks * 32, seededRandom(random.word()));
    // The staging buffer is larger than its content; a word beyond the last block may be read, never used.
    const words = new Uint32Array(Math.ceil(raw.byteLength / 4) + 1).fill(BEFORE);
    new Uint8Array(words.buffer).set(raw);
    return {
      params: { blocks, first_row: firstRow, row_stride: stride, rows, row_bytes: ggmlBytes(type, blocks * 32) },
      constants: repackConstants(type, rowTile),
      variant: { type },
      buffers: { raw: words, ...emptyMatrix(type, outputs, blocks * 32, rowTile, BEFORE) },
    };
  },
  reference({ buffers }, { type, blocks, rows, rowTile, outputs, firstRow, stride }: Shape) {
    const matrix = emptyMatrix(type, outputs, blocks * 32, rowTile, BEFORE);
    repackRows(matrix, type, new Uint8Array(buffers.raw.buffer), {
      columns: blocks * 32,
      rowTile,
      rows,
      rowBytes: ggmlBytes(type, blocks * 32),
      firstRow,
      stride,
    });
    return { ...matrix };
  },
  label: ({ type, blocks, rows }: Shape) => `${type} ${rows}x${blocks * 32}`,
  work: ({ type, blocks, rows }: Shape) => {
    const { codes, aux } = matrixBytes(type, rows, blocks * 32, 1);
    return { bytes: ggmlBytes(type, rows * blocks * 32) + codes + aux, flops: 0 };
  },
});
