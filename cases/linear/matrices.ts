import type { Random } from '../../src/core/rng.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import type { KernelWork } from '../../src/kernels/cases/kernel-case.ts';
import { describeVariant } from '../../src/kernels/linear/tuning.ts';
import { matrixBytes, WEIGHT_FORMATS, type WeightType } from '../../src/kernels/weights/format.ts';
import { linearConstants, linearParams, tileVariant, type LinearVariant } from '../../src/kernels/linear/variant.ts';
import { GGML_TYPE_NAMES, ggmlBytes } from '../../src/weights/ggml-types.ts';
import { dequantizeTensor } from '../../src/weights/dequantize.ts';
import { int8Rows } from '../../src/kernels/elementwise/int8-rows.ts';
import { randomBlocks } from '../reference/random-blocks.ts';
import { emptyMatrix, repackRows, type PackedMatrix } from '../reference/repack.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** The matrix of a linear kernel's case and how the kernel is shaped. */
export interface LinearShape {
  readonly type: WeightType;
  readonly outputs: number;
  readonly k: number;
  readonly rowTile: number;
  /** Batch rows. */
  readonly batch: number;
  readonly variant: LinearVariant;
  /** Exponents of what inputs and weights are multiplied with as f16. Default 0. */
  readonly halves?: { readonly inputs: number; readonly weights: number };
  /** How much larger than usual the weights are, and how much smaller the inputs. Default 1. */
  readonly lopsided?: number;
}

/** What output elements hold before a kernel runs, where it must not write. */
export const UNTOUCHED = 7;

/** An f32 array of `count` untouched elements. */
export const untouched = (count: number): Float32Array<ArrayBuffer> => new Float32Array(count).fill(UNTOUCHED);

/** A matvec shape; the order of additions of an output depends on `kLanes` only. */
export const rowsVariant = (
  lanes: number,
  kLanes: number,
  threadRows: number,
  columns: number,
  broadcast: 0 | 4 | 8 = 0,
): LinearVariant => ({
  core: 'rows',
  lanes,
  kLanes,
  threadRows,
  columns,
  broadcast,
});

/** A matmul in registers. */
export const columnsVariant = (
  lanes: number,
  threadRows: number,
  columns: number,
  broadcast: 0 | 4 | 8 = 0,
): LinearVariant => ({
  core: 'columns',
  lanes,
  kLanes: 1,
  threadRows,
  columns,
  broadcast,
});

/** Small tiles of each kind. */
export const F16_TILE: LinearVariant = tileVariant(16, 16, 'f16');
export const INT8_TILE: LinearVariant = tileVariant(16, 16, 'int8');
/** A matmul in registers with int8 activations. */
export const INT8_COLUMNS: LinearVariant = { ...columnsVariant(8, 4, 4, 8), activations: 'int8' };

/** A matmul in workgroup memory. */
export const TILE: LinearVariant = tileVariant(64, 64);

/** Why a variant cannot run: its numbers need a feature, or its broadcasts lanes of one subgroup that are all on the same block. */
export function missingFeatures(
  { lanes, kLanes, broadcast, activations }: LinearVariant,
  { features }: Gpu,
): string | undefined {
  if (activations === 'f16' && !features.shaderF16) return 'shader-f16';
  if (activations === 'int8' && !features.packedDot) return 'packed_4x8_integer_dot_product';
  if (broadcast === 0) return undefined;
  if (!features.subgroups) return 'subgroups';
  const { subgroupMinSize, subgroupMaxSize } = features;
  if (subgroupMinSize < broadcast) return `subgroups of at least ${broadcast} lanes`;
  return kLanes === 1 || lanes % subgroupMaxSize === 0 ? undefined : `subgroups of at most ${lanes} lanes`;
}

/** The number of columns nearest to `k` that rows of this type can have. */
export const columnsFor = (type: WeightType, k: number): number =>
  WEIGHT_FORMATS[type].unitBlocks === 8 ? Math.max(256, Math.round(k / 256) * 256) : k;

/** Weights that are drawn for a matrix; larger ones repeat their rows. */
const DISTINCT_WEIGHTS = 2 ** 20;
/** Rows repeat in whole tiles. */
const TILE_ROWS = 64;

/**
 * Random weights of a shape: as kernels read them, and their exact values [rows, k]. Where there are fewer rows than outputs,
 * row i of the matrix is row i % rows.
 */
export function randomMatrix(
  { type, outputs, k, rowTile, lopsided = 1 }: LinearShape,
  random: Random,
  subnormal = 0,
): { packed: PackedMatrix; weights: Float64Array } {
  const rows = outputs * k > DISTINCT_WEIGHTS ? Math.ceil(DISTINCT_WEIGHTS / k / TILE_ROWS) * TILE_ROWS : outputs;
  const raw = randomBlocks(type, rows * k, seededRandom(random.word()), { rms: lopsided / Math.sqrt(k), subnormal });
  const packed = emptyMatrix(type, outputs, k, rowTile);
  repackRows(packed, type, raw, { columns: k, rowTile, rows, rowBytes: ggmlBytes(type, k) });
  if (rows < outputs)
    for (const words of [packed.codes, packed.aux]) {
      const period = (words.length / (Math.ceil(outputs / rowTile) * rowTile)) * rows;
      for (let at = period; at < words.length; at += period)
        words.copyWithin(at, 0, Math.min(period, words.length - at));
    }
  return { packed, weights: dequantizeTensor(type, raw, rows * k) };
}

/** The constants of a shape's call. */
export const constantsOf = (
  { type, outputs, k, rowTile, variant }: LinearShape,
  norm: boolean,
): ReturnType<typeof linearConstants> => {
  const nowhere = { buffer: undefined as unknown as GPUBuffer, offset: 0, byteLength: 0 };
  return linearConstants({ type, outputs, columns: k, rowTile, codes: nowhere, aux: nowhere }, variant, norm);
};

/** The params that tell a kernel the matrix's size, and what f16 matmuls scale by. */
export const paramsOf = ({ outputs, k, halves }: LinearShape): ReturnType<typeof linearParams> =>
  linearParams({ columns: k, outputs, halves: halves && { ...halves, fits: true } });

/** W x for every row of x [rows, k]: [rows][outputs]. The rows of W repeat as `randomMatrix` says. */
export function multiplyRows(weights: ArrayLike<number>, x: ArrayLike<number>, outputs: number, k: number): number[][] {
  const distinct = weights.length / k;
  return Array.from({ length: x.length / k }, (_, row) =>
    Array.from({ length: outputs }, (__, output) => {
      const at = (output % distinct) * k;
      let sum = 0;
      for (let i = 0; i < k; i++) sum += weights[at + i]! * x[row * k + i]!;
      return sum;
    }),
  );
}

/** RMSNorm of every row of x [rows, k] with the weights `gain` [k]. */
export function normRows(x: ArrayLike<number>, gain: ArrayLike<number>, k: number, epsilon: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let row = 0; row < x.length / k; row++) {
    let squares = 0;
    for (let i = 0; i < k; i++) squares += x[row * k + i]! ** 2;
    for (let i = 0; i < k; i++) out[row * k + i] = (x[row * k + i]! / Math.sqrt(squares / k + epsilon)) * gain[i]!;
  }
  return out;
}

/** CPUs are tuned to lanes of exactly one subgroup that hand their activations round, GPUs to anything else. */
export const suitsAdapter = (
  { variant: { broadcast } }: Pick<LinearShape, 'variant'>,
  { software, features }: Pick<Gpu, 'software' | 'features'>,
): boolean => (software ? broadcast === features.subgroupMinSize : broadcast === 0);

/** A bench shape in words: 'Q4_1 1536x576, 1 row, rows 8x4 k1 c1 b8'. */
export const linearLabel = ({ type, outputs, k, batch, variant }: LinearShape): string =>
  `${type} ${outputs}x${k}, ${batch} ${batch === 1 ? 'row' : 'rows'}, ${describeVariant(variant)}`;

/** Every weight, input and output once, `results` outputs a row; two operations a weight and row. */
export function linearWork(
  { type, outputs, k, rowTile, batch }: LinearShape,
  results: number,
  bytesOfResult = 4,
): KernelWork {
  const { codes, aux } = matrixBytes(type, outputs, k, rowTile);
  return { bytes: codes + aux + batch * (4 * k + bytesOfResult * results), flops: 2 * outputs * k * batch };
}

/** Random activations [rows, k] whose mean is not 0, so that offsets of blocks count. */
export const activations = (rows: number, k: number, random: Random, size = 1): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: rows * k }, () => (random.normal() + 0.3) * size);

/** The types a case goes through. */
export const TYPES = GGML_TYPE_NAMES;

/** Rows as the kernels of a variant read them, and the values that they stand for. */
export function inputRows(
  { activations: stored }: LinearVariant,
  x: Float32Array<ArrayBuffer>,
): { x: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>; values: ArrayLike<number> } {
  if (stored !== 'int8') return { x, values: x };
  const { words, values } = int8Rows(x);
  return { x: words, values };
}

/** What the inputs of a built case stand for: its exact weights, and its rows where they are not the buffer x. */
const exact = new WeakMap<object, { weights: Float64Array; rows: ArrayLike<number> | undefined }>();
export const rememberWeights = <T extends object>(built: T, weights: Float64Array, rows?: ArrayLike<number>): T => {
  exact.set(built, { weights, rows });
  return built;
};
export const weightsOf = (built: object): Float64Array => exact.get(built)!.weights;
export const inputsOf = (built: { readonly buffers: { readonly x: ArrayLike<number> } }): ArrayLike<number> =>
  exact.get(built)!.rows ?? built.buffers.x;
