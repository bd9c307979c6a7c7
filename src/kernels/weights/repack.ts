import source from '../../../shaders/weights/repack.wgsl?raw';
import kScales from '../../../shaders/lib/repack/k-scales.wgsl?raw';
import plain from '../../../shaders/lib/repack/plain.wgsl?raw';
import q40 from '../../../shaders/lib/repack/q4_0.wgsl?raw';
import q41 from '../../../shaders/lib/repack/q4_1.wgsl?raw';
import q4k from '../../../shaders/lib/repack/q4_k.wgsl?raw';
import q50 from '../../../shaders/lib/repack/q5_0.wgsl?raw';
import q51 from '../../../shaders/lib/repack/q5_1.wgsl?raw';
import q5k from '../../../shaders/lib/repack/q5_k.wgsl?raw';
import q6k from '../../../shaders/lib/repack/q6_k.wgsl?raw';
import q80 from '../../../shaders/lib/repack/q8_0.wgsl?raw';
import layout from '../../../shaders/lib/weights/layout.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';
import { WEIGHT_CONSTANTS, WEIGHT_FORMATS, weightConstants, type WeightType } from './format.ts';

const BODIES: Readonly<Record<WeightType, string>> = {
  F32: plain,
  F16: plain,
  BF16: plain,
  Q8_0: q80,
  Q4_0: q40,
  Q4_1: q41,
  Q5_0: q50,
  Q5_1: q51,
  Q4_K: q4k,
  Q5_K: q5k,
  Q6_K: q6k,
};

/** Raw GGUF rows to codes and aux (lib/weights/layout), on the GPU, while the file streams in. */
export const repack = defineKernel({
  name: 'weights/repack',
  source,
  params: { first_row: 'u32', row_stride: 'u32', rows: 'u32', row_bytes: 'u32' },
  bindings: { raw: 'read', codes: 'read_write', aux: 'read_write' },
  constants: [...WEIGHT_CONSTANTS, 'UNIT_BYTES'],
  includes: ({ type }: { type: WeightType }) => [
    { name: 'lib/weights/layout', text: layout },
    ...(type === 'Q4_K' || type === 'Q5_K' ? [{ name: 'lib/repack/k-scales', text: kScales }] : []),
    { name: `lib/repack/${type.toLowerCase()}`, text: BODIES[type] },
  ],
  grid: ({ rows }, { BLOCKS, UNIT_BLOCKS }) => [ceilDiv(ceilDiv(Number(BLOCKS), Number(UNIT_BLOCKS)), 64), rows],
});

export const repackConstants = (type: WeightType, columns: number, rowTile: number) => ({
  ...weightConstants(type, columns, rowTile),
  UNIT_BYTES: WEIGHT_FORMATS[type].unitBytes,
});
