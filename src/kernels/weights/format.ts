import layout from '../../../shaders/lib/weights/layout.wgsl?raw';
import nibbles from '../../../shaders/lib/weights/nibbles.wgsl?raw';
import bf16 from '../../../shaders/lib/weights/bf16.wgsl?raw';
import f16 from '../../../shaders/lib/weights/f16.wgsl?raw';
import f32 from '../../../shaders/lib/weights/f32.wgsl?raw';
import q40 from '../../../shaders/lib/weights/q4_0.wgsl?raw';
import q41 from '../../../shaders/lib/weights/q4_1.wgsl?raw';
import q4k from '../../../shaders/lib/weights/q4_k.wgsl?raw';
import q50 from '../../../shaders/lib/weights/q5_0.wgsl?raw';
import q51 from '../../../shaders/lib/weights/q5_1.wgsl?raw';
import q5k from '../../../shaders/lib/weights/q5_k.wgsl?raw';
import q6k from '../../../shaders/lib/weights/q6_k.wgsl?raw';
import q8 from '../../../shaders/lib/weights/q8.wgsl?raw';
import type { GpuArray } from '../../gpu/array.ts';
import type { WgslPart } from '../../gpu/wgsl.ts';
import { ceilDiv, roundUp } from '../../core/invariant.ts';

/** Weights of a block: the columns that share a scale in the simplest types. */
export const BLOCK = 32;

/** How a tensor type looks after repacking, and how its raw bytes are grouped before. */
export interface WeightFormat {
  /** Raw bytes of a unit: UNIT_BLOCKS blocks in the file. */
  readonly unitBytes: number;
  /** vec4u words of codes of a block of 32 weights. */
  readonly blockCodes: number;
  /** Blocks that share aux words, and how many u32 they share. */
  readonly unitBlocks: number;
  readonly unitWords: number;
  /** Whether the halves of a block have scales of their own. */
  readonly splitScale: boolean;
  /** Whether a block adds offset * sum(x). */
  readonly offset: boolean;
  readonly part: WgslPart;
}

const part = (name: string, text: string): WgslPart => ({ name: `lib/weights/${name}`, text });
const plain = (bytes: number, wgsl: WgslPart): WeightFormat => ({
  unitBytes: bytes * BLOCK,
  blockCodes: (bytes * BLOCK) / 16,
  unitBlocks: 1,
  unitWords: 0,
  splitScale: false,
  offset: false,
  part: wgsl,
});

/** Every tensor type that kernels read. */
export const WEIGHT_FORMATS = {
  F32: plain(4, part('f32', f32)),
  F16: plain(2, part('f16', f16)),
  BF16: plain(2, part('bf16', bf16)),
  Q8_0: {
    unitBytes: 68,
    blockCodes: 2,
    unitBlocks: 2,
    unitWords: 1,
    splitScale: false,
    offset: false,
    part: part('q8', q8),
  },
  Q4_0: {
    unitBytes: 36,
    blockCodes: 1,
    unitBlocks: 2,
    unitWords: 1,
    splitScale: false,
    offset: true,
    part: part('q4_0', q40),
  },
  Q4_1: {
    unitBytes: 20,
    blockCodes: 1,
    unitBlocks: 1,
    unitWords: 1,
    splitScale: false,
    offset: true,
    part: part('q4_1', q41),
  },
  Q5_0: {
    unitBytes: 44,
    blockCodes: 1,
    unitBlocks: 2,
    unitWords: 3,
    splitScale: false,
    offset: true,
    part: part('q5_0', q50),
  },
  Q5_1: {
    unitBytes: 24,
    blockCodes: 1,
    unitBlocks: 1,
    unitWords: 2,
    splitScale: false,
    offset: true,
    part: part('q5_1', q51),
  },
  Q4_K: {
    unitBytes: 144,
    blockCodes: 1,
    unitBlocks: 8,
    unitWords: 5,
    splitScale: false,
    offset: true,
    part: part('q4_k', q4k),
  },
  Q5_K: {
    unitBytes: 176,
    blockCodes: 1,
    unitBlocks: 8,
    unitWords: 13,
    splitScale: false,
    offset: true,
    part: part('q5_k', q5k),
  },
  Q6_K: {
    unitBytes: 210,
    blockCodes: 1,
    unitBlocks: 8,
    unitWords: 21,
    splitScale: true,
    offset: false,
    part: part('q6_k', q6k),
  },
} as const satisfies Record<string, WeightFormat>;

export type WeightType = keyof typeof WEIGHT_FORMATS;

/** A matrix [outputs, columns] as kernels read it; rows are outputs. */
export interface Matrix {
  readonly type: WeightType;
  readonly outputs: number;
  /** A multiple of 32. */
  readonly columns: number;
  readonly rowTile: number;
  readonly codes: GpuArray;
  readonly aux: GpuArray;
  /** Set once, when the weights have been read, for matrices that are multiplied in f16; undefined = numbers as they are. */
  halves?: HalfScales | undefined;
}

/** Exponents of the powers of two that inputs and weights of a matrix are multiplied with before they become f16. */
export interface HalfScales {
  readonly inputs: number;
  readonly weights: number;
  /** False: they span more than halves hold, and are to be multiplied in f32. */
  readonly fits: boolean;
}

/** Bytes of a repacked matrix's codes and aux. Rows are padded to the row tile. */
export function matrixBytes(
  type: WeightType,
  outputs: number,
  columns: number,
  rowTile: number,
): { codes: number; aux: number } {
  const { blockCodes, unitBlocks, unitWords } = WEIGHT_FORMATS[type];
  const rows = roundUp(outputs, rowTile);
  const blocks = columns / BLOCK;
  return { codes: rows * blocks * blockCodes * 16, aux: rows * ceilDiv(blocks, unitBlocks) * unitWords * 4 };
}

/** The includes that let a kernel call load_block and block_quad on `codes` and `aux`. */
export const weightParts = (type: WeightType): readonly WgslPart[] => [
  part('layout', layout),
  ...(type.startsWith('Q4') || type.startsWith('Q5') || type === 'Q6_K' ? [part('nibbles', nibbles)] : []),
  WEIGHT_FORMATS[type].part,
];

/** The constants of `lib/weights/*`; kernels that include it name them all. */
export const WEIGHT_CONSTANTS = { ROW_TILE: 'u32', BLOCK_CODES: 'u32', UNIT_BLOCKS: 'u32', UNIT_WORDS: 'u32' } as const;

export function weightConstants(type: WeightType, rowTile: number): Record<keyof typeof WEIGHT_CONSTANTS, number> {
  const { blockCodes, unitBlocks, unitWords } = WEIGHT_FORMATS[type];
  return { ROW_TILE: rowTile, BLOCK_CODES: blockCodes, UNIT_BLOCKS: unitBlocks, UNIT_WORDS: unitWords };
}
