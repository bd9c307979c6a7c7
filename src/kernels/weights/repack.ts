import source from '../../../shaders/weights/repack.wgsl?raw';
import bitPlane from '../../../shaders/lib/repack/bit-plane.wgsl?raw';
import kScales from '../../../shaders/lib/repack/k-scales.wgsl?raw';
import pairScales from '../../../shaders/lib/repack/pair-scales.wgsl?raw';
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
import type { WgslPart } from '../../gpu/wgsl.ts';
import { WEIGHT_CONSTANTS, WEIGHT_FORMATS, weightConstants, type WeightType } from './format.ts';

const part = (name: string, text: string): WgslPart => ({ name: `lib/repack/${name}`, text });
const pairs = part('pair-scales', pairScales);
const planes = part('bit-plane', bitPlane);
const kParts = part('k-scales', kScales);

const PARTS: Readonly<Record<WeightType, readonly WgslPart[]>> = {
  F32: [part('plain', plain)],
  F16: [part('plain', plain)],
  BF16: [part('plain', plain)],
  Q8_0: [pairs, part('q8_0', q80)],
  Q4_0: [pairs, part('q4_0', q40)],
  Q4_1: [part('q4_1', q41)],
  Q5_0: [pairs, part('q5_0', q50)],
  Q5_1: [part('q5_1', q51)],
  Q4_K: [kParts, part('q4_k', q4k)],
  Q5_K: [kParts, planes, part('q5_k', q5k)],
  Q6_K: [planes, part('q6_k', q6k)],
};

/** Raw GGUF rows to codes and aux (lib/weights/layout), on the GPU, while the file streams in. */
export const repack = defineKernel({
  name: 'weights/repack',
  source,
  params: { blocks: 'u32', first_row: 'u32', row_stride: 'u32', rows: 'u32', row_bytes: 'u32' },
  bindings: { raw: 'read', codes: 'read_write', aux: 'read_write' },
  constants: { ...WEIGHT_CONSTANTS, UNIT_BYTES: 'u32' },
  includes: ({ type }: { type: WeightType }) => [{ name: 'lib/weights/layout', text: layout }, ...PARTS[type]],
  grid: ({ blocks, rows }, { BLOCK_CODES }) => [ceilDiv(blocks * Number(BLOCK_CODES), 64), rows],
});

export const repackConstants = (type: WeightType, rowTile: number) => ({
  ...weightConstants(type, rowTile),
  UNIT_BYTES: WEIGHT_FORMATS[type].unitBytes,
});
