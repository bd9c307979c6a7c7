import type { Random } from '../../../src/core/rng.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { WEIGHT_FORMATS, type WeightType } from '../../../src/kernels/weights/format.ts';
import { linearConstants, type LinearVariant } from '../../../src/kernels/linear/variant.ts';
import { GGML_TYPE_NAMES, ggmlBytes } from '../../../src/weights/ggml-types.ts';
import { dequantizeTensor } from '../../reference/dequantize.ts';
import { randomBlocks } from '../../reference/random-blocks.ts';
import { emptyMatrix, repackRows, type PackedMatrix } from '../../reference/repack.ts';
import { seededRandom } from '../../support/seeded-random.ts';

/** The matrix of a linear kernel's case and how the kernel is shaped. */
export interface LinearShape {
  readonly type: WeightType;
  readonly outputs: number;
  readonly k: number;
  readonly rowTile: number;
  /** Batch rows. */
  readonly batch: number;
  readonly variant: LinearVariant;
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

/** A matmul in workgroup memory. */
export const TILE: LinearVariant = { core: 'tile', lanes: 64, kLanes: 1, threadRows: 2, columns: 64, broadcast: 0 };

/** Why a variant cannot run: its broadcasts need lanes of one subgroup that are all on the same block. */
export function missingSubgroups({ lanes, kLanes, broadcast }: LinearVariant, { features }: Gpu): string | undefined {
  if (broadcast === 0) return undefined;
  if (!features.subgroups) return 'subgroups';
  const { subgroupMinSize, subgroupMaxSize } = features;
  if (subgroupMinSize < broadcast) return `subgroups of at least ${broadcast} lanes`;
  return kLanes === 1 || lanes % subgroupMaxSize === 0 ? undefined : `subgroups of at most ${lanes} lanes`;
}

/** The number of columns nearest to `k` that rows of this type can have. */
export const columnsFor = (type: WeightType, k: number): number =>
  WEIGHT_FORMATS[type].unitBlocks === 8 ? Math.max(256, Math.round(k / 256) * 256) : k;

/** Random weights of a shape: as kernels read them, and their exact values [outputs, k]. */
export function randomMatrix(
  { type, outputs, k, rowTile }: LinearShape,
  random: Random,
  subnormal = 0,
): { packed: PackedMatrix; weights: Float64Array } {
  const raw = randomBlocks(type, outputs * k, seededRandom(random.word()), { rms: 1 / Math.sqrt(k), subnormal });
  const packed = emptyMatrix(type, outputs, k, rowTile);
  repackRows(packed, type, raw, { columns: k, rowTile, rows: outputs, rowBytes: ggmlBytes(type, k) });
  return { packed, weights: dequantizeTensor(type, raw, outputs * k) };
}

/** The constants of a shape's call. */
export const constantsOf = (
  { type, outputs, k, rowTile, variant }: LinearShape,
  norm: boolean,
): ReturnType<typeof linearConstants> => {
  const nowhere = { buffer: undefined as unknown as GPUBuffer, offset: 0, byteLength: 0 };
  return linearConstants({ type, outputs, columns: k, rowTile, codes: nowhere, aux: nowhere }, variant, norm);
};

/** The params that tell a kernel the matrix's size. */
export const paramsOf = ({ outputs, k }: LinearShape): { blocks: number; outputs: number } => ({
  blocks: k / 32,
  outputs,
});

/** W x for every row of x [rows, k]: [rows][outputs]. */
export function multiplyRows(weights: ArrayLike<number>, x: ArrayLike<number>, outputs: number, k: number): number[][] {
  return Array.from({ length: x.length / k }, (_, row) =>
    Array.from({ length: outputs }, (__, output) => {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += weights[output * k + i]! * x[row * k + i]!;
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

/** Random activations [rows, k] whose mean is not 0, so that offsets of blocks count. */
export const activations = (rows: number, k: number, random: Random): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: rows * k }, () => random.normal() + 0.3);

/** The types a case goes through. */
export const TYPES = GGML_TYPE_NAMES;

/** The exact weights of a built case. */
const exact = new WeakMap<object, Float64Array>();
export const rememberWeights = <T extends object>(built: T, weights: Float64Array): T => {
  exact.set(built, weights);
  return built;
};
export const weightsOf = (built: object): Float64Array => exact.get(built)!;
