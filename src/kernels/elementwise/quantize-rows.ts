import int8Block from '../../../shaders/lib/linear/int8-block.wgsl?raw';
import source from '../../../shaders/elementwise/quantize-rows.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';
import { BLOCK } from '../weights/format.ts';

/** The most workgroups put in x before y is used. */
const GRID_X = 256;

/** Bytes of a block of 32 values: their codes, the scale, its product with the sum of the codes, and two words of padding. */
const BLOCK_BYTES = 48;

/** Bytes of rows of `columns` values, a multiple of 32, as int8. */
export const quantizedRowsBytes = (rows: number, columns: number): number => ((rows * columns) / BLOCK) * BLOCK_BYTES;

/** Rows as int8 codes with a scale for 32 values, as linear kernels with int8 activations read them. x [blocks, 32], y [blocks, 12] u32. */
export const quantizeRows = defineKernel({
  name: 'elementwise/quantize-rows',
  source,
  params: { blocks: 'u32' },
  bindings: { x: 'read', y: 'read_write' },
  constants: {},
  includes: () => [{ name: 'lib/linear/int8-block', text: int8Block }],
  grid: ({ blocks }) => {
    const groups = ceilDiv(blocks, 64);
    const x = Math.min(groups, GRID_X);
    return [x, ceilDiv(groups, x)];
  },
});
