import broadcastActivations from '../../../shaders/lib/linear/activations.broadcast.wgsl?raw';
import directActivations from '../../../shaders/lib/linear/activations.direct.wgsl?raw';
import columnsInt8Core from '../../../shaders/lib/linear/columns.int8.wgsl?raw';
import columnsCore from '../../../shaders/lib/linear/columns.wgsl?raw';
import maximaNone from '../../../shaders/lib/linear/maxima.none.wgsl?raw';
import maximaSubgroup from '../../../shaders/lib/linear/maxima.subgroup.wgsl?raw';
import maximaWorkgroup from '../../../shaders/lib/linear/maxima.workgroup.wgsl?raw';
import matrixCore from '../../../shaders/lib/linear/matrix.wgsl?raw';
import weightsOne from '../../../shaders/lib/linear/weights.one.wgsl?raw';
import quadsF16 from '../../../shaders/lib/linear/quads.f16.wgsl?raw';
import quadsF32 from '../../../shaders/lib/linear/quads.f32.wgsl?raw';
import rowsCore from '../../../shaders/lib/linear/rows.wgsl?raw';
import tileInt8Core from '../../../shaders/lib/linear/tile.int8.wgsl?raw';
import tileCore from '../../../shaders/lib/linear/tile.wgsl?raw';
import { ceilDiv, invariant } from '../../core/invariant.ts';
import type { SubgroupMatrix } from '../../gpu/matrix-unit.ts';
import type { Grid } from '../../gpu/kernel.ts';
import type { ConstantValue, WgslPart } from '../../gpu/wgsl.ts';
import {
  BLOCK,
  WEIGHT_CONSTANTS,
  WEIGHT_FORMATS,
  weightConstants,
  weightParts,
  type Matrix,
  type WeightType,
} from '../weights/format.ts';

/** In what numbers a matmul multiplies; sums are f32. 'int8' = codes with a scale for 32 values. */
export type ActivationType = 'f32' | 'f16' | 'int8';

/**
 * How a linear kernel is shaped. `core`: 'rows' = matvec for 1 to 8 batch rows, 'columns' = matmul in registers with
 * broadcast activations, 'tile' = matmul with workgroup memory, 'matrix' = matmul on matrix units (64 x 64).
 */
export interface LinearVariant {
  readonly core: 'rows' | 'columns' | 'tile' | 'matrix';
  /** Lanes side by side on neighbouring outputs; the outputs of a 'tile' (16, 32 or 64) and of a 'matrix' (64). */
  readonly lanes: number;
  /** Lanes that share an output, outputs of a lane (even). Unused by 'tile' and 'matrix'. */
  readonly kLanes: number;
  readonly threadRows: number;
  /** Batch rows of a workgroup; of a 'tile' 16, 32 or 64, of a 'matrix' 64. */
  readonly columns: number;
  /** 0 = every lane reads its activations; 4 or 8 = lanes that hand them round by subgroup broadcast. */
  readonly broadcast: 0 | 4 | 8;
  /** Default 'f32'. 'rows' has f32, 'columns' f32 and int8, 'tile' all, 'matrix' f16 (and must say so). */
  readonly activations?: ActivationType;
  /** Batch rows of a thread of a 'tile': 1, 2, 4 or 8; default: 4, or fewer where the workgroup would be below 64 threads. */
  readonly threadColumns?: number;
  /** The shape of the fragments of a 'matrix'. */
  readonly fragments?: SubgroupMatrix;
}

/** What chooses the includes of a linear kernel. */
export interface LinearIncludes {
  readonly type: WeightType;
  readonly shape: LinearVariant;
  /** The kernel's own file says where the weights of a batch row begin: `weights_from`. */
  readonly routed?: boolean;
}

/** Neighbouring outputs that one workgroup computes. */
export const outputsOf = ({ core, lanes, threadRows }: LinearVariant): number =>
  core === 'tile' || core === 'matrix' ? lanes : lanes * threadRows;

/** Whether a matrix of this type can multiply int8 activations: its weights are codes of at most 8 bits. */
export const hasCodes = (type: WeightType): boolean => WEIGHT_FORMATS[type].unitWords > 0;

/** A matmul tile in workgroup memory: `outputs` x `columns` batch rows a workgroup. */
export const tileVariant = (
  outputs: 16 | 32 | 64,
  columns: 16 | 32 | 64,
  activations: ActivationType = 'f32',
): LinearVariant => ({ core: 'tile', lanes: outputs, kLanes: 1, threadRows: 2, columns, broadcast: 0, activations });

/** A matmul on matrix units of this shape. */
export const matrixVariant = (fragments: SubgroupMatrix): LinearVariant => ({
  core: 'matrix',
  lanes: 64,
  kLanes: 1,
  threadRows: 2,
  columns: 64,
  broadcast: 0,
  activations: 'f16',
  fragments,
});

/** Workgroups below which a GPU has idle cores. */
const LEAST_GROUPS = 128;

/**
 * The shape for `count` batch rows: a tile as low as the rows allow, and narrower where a small matrix would otherwise make
 * too few workgroups. Other cores stay as they are. A result does not depend on the size of the tile.
 * @param keepOutputs for the head, which has one workgroup for every 64 ids.
 */
export function fitTile(shape: LinearVariant, outputs: number, count: number, keepOutputs: boolean): LinearVariant {
  if (shape.core !== 'tile') return shape;
  const columns = Math.min(shape.columns, count <= 16 ? 16 : count <= 32 ? 32 : 64);
  let { lanes } = shape;
  if (!keepOutputs) while (lanes > 16 && ceilDiv(outputs, lanes) * ceilDiv(count, columns) < LEAST_GROUPS) lanes /= 2;
  if (lanes === shape.lanes && columns === shape.columns) return shape;
  // Without threadColumns: eight batch rows a thread are meant for large tiles.
  const { core, kLanes, threadRows, broadcast, activations = 'f32' } = shape;
  return { core, lanes, kLanes, threadRows, columns, broadcast, activations };
}

/** Batch rows of a thread of a tile. */
function threadColumnsOf({ lanes, columns, threadColumns }: LinearVariant): number {
  if (threadColumns !== undefined) return threadColumns;
  let most = 4;
  while (most > 1 && (lanes / 4) * (columns / most) < 64) most /= 2;
  return most;
}

const CORES: Readonly<Record<string, WgslPart>> = Object.fromEntries(
  Object.entries({
    'rows f32': ['rows', rowsCore] as const,
    'columns f32': ['columns', columnsCore] as const,
    'columns int8': ['columns.int8', columnsInt8Core] as const,
    'tile f32': ['tile', tileCore] as const,
    'tile f16': ['tile', tileCore] as const,
    'tile int8': ['tile.int8', tileInt8Core] as const,
    'matrix f16': ['matrix', matrixCore] as const,
  }).map(([key, [name, text]]) => [key, { name: `lib/linear/${name}`, text }]),
);

export function linearParts({ type, shape, routed = false }: LinearIncludes): readonly WgslPart[] {
  const { core, broadcast, activations = 'f32' } = shape;
  const corePart = CORES[`${core} ${activations}`];
  invariant(corePart !== undefined, () => `no core ${core} with ${activations} activations`);
  const parts = [...weightParts(type), corePart];
  if (core === 'rows' && !routed) parts.push({ name: 'lib/linear/weights.one', text: weightsOne });
  if (core === 'matrix') return parts;
  if (core === 'tile' && activations !== 'int8')
    parts.push(
      activations === 'f16'
        ? { name: 'lib/linear/quads.f16', text: quadsF16 }
        : { name: 'lib/linear/quads.f32', text: quadsF32 },
    );
  parts.push(
    broadcast > 0
      ? { name: 'lib/linear/activations.broadcast', text: broadcastActivations }
      : { name: 'lib/linear/activations.direct', text: directActivations },
  );
  return parts;
}

/**
 * The include with group_maximum: a subgroup operation where the workgroup is surely one subgroup, else workgroup memory.
 * Tiles have none, and no memory to spare: a step whose sampler needs maxima has few rows.
 */
export function maximaPart({ core, broadcast, lanes, kLanes }: LinearVariant): WgslPart {
  if (core === 'tile' || core === 'matrix') return { name: 'lib/linear/maxima.none', text: maximaNone };
  return broadcast > 0 && lanes * kLanes === broadcast
    ? { name: 'lib/linear/maxima.subgroup', text: maximaSubgroup }
    : { name: 'lib/linear/maxima.workgroup', text: maximaWorkgroup };
}

/** The constants of `lib/linear/*` and `lib/weights/*`. */
export const LINEAR_CONSTANTS = {
  ...WEIGHT_CONSTANTS,
  SPLIT_SCALE: 'bool',
  OFFSET: 'bool',
  LANES: 'u32',
  K_LANES: 'u32',
  PAIRS: 'u32',
  COLUMNS: 'u32',
  HOLDS: 'u32',
  HOLD_LANES: 'u32',
  NORM: 'bool',
  TILE_OUTPUTS: 'u32',
  TILE_COLUMNS: 'u32',
  THREAD_COLUMNS: 'u32',
  X_LOADS: 'u32',
  W_LOADS: 'u32',
  MATRIX_M: 'u32',
  MATRIX_N: 'u32',
  MATRIX_K: 'u32',
  GRID_N: 'u32',
  FRAGMENTS_M: 'u32',
  FRAGMENTS_N: 'u32',
} as const;

/** @param norm fold RMSNorm into the matvec; only the 'rows' core can. */
export function linearConstants(
  matrix: Matrix,
  shape: LinearVariant,
  norm: boolean,
): Record<keyof typeof LINEAR_CONSTANTS, ConstantValue> {
  const { splitScale, offset } = WEIGHT_FORMATS[matrix.type];
  const holdLanes = shape.broadcast > 0 ? shape.broadcast : 1;
  return {
    ...weightConstants(matrix.type, matrix.rowTile),
    SPLIT_SCALE: splitScale,
    OFFSET: offset,
    LANES: shape.lanes,
    K_LANES: shape.kLanes,
    PAIRS: shape.threadRows / 2,
    COLUMNS: shape.columns,
    HOLDS: 8 / holdLanes,
    HOLD_LANES: holdLanes,
    NORM: norm,
    ...tileConstants(shape),
    ...fragmentConstants(shape),
  };
}

/** A tile's quads of activations and of weights are shared evenly by its threads. */
function tileConstants(shape: LinearVariant): Record<TileConstant, number> {
  if (shape.core !== 'tile') return { TILE_OUTPUTS: 0, TILE_COLUMNS: 0, THREAD_COLUMNS: 0, X_LOADS: 0, W_LOADS: 0 };
  const threadColumns = threadColumnsOf(shape);
  const threads = (shape.lanes / 4) * (shape.columns / threadColumns);
  return {
    TILE_OUTPUTS: shape.lanes,
    TILE_COLUMNS: shape.columns,
    THREAD_COLUMNS: threadColumns,
    X_LOADS: (8 * shape.columns) / threads,
    W_LOADS: (8 * shape.lanes) / threads,
  };
}
type TileConstant = 'TILE_OUTPUTS' | 'TILE_COLUMNS' | 'THREAD_COLUMNS' | 'X_LOADS' | 'W_LOADS';

/** Threads of a workgroup of the 'matrix' core, and the edge of its square of results. */
const MATRIX_THREADS = 128;
const MATRIX_TILE = 64;

/** The subgroups of a workgroup stand in a grid at most two wide. */
function fragmentConstants({ fragments }: LinearVariant): Record<FragmentConstant, number> {
  if (!fragments) return { MATRIX_M: 0, MATRIX_N: 0, MATRIX_K: 0, GRID_N: 0, FRAGMENTS_M: 0, FRAGMENTS_N: 0 };
  const { m, n, k, lanes } = fragments;
  const subgroups = MATRIX_THREADS / lanes;
  const gridN = Math.min(2, subgroups);
  return {
    MATRIX_M: m,
    MATRIX_N: n,
    MATRIX_K: k,
    GRID_N: gridN,
    FRAGMENTS_M: MATRIX_TILE / (subgroups / gridN) / m,
    FRAGMENTS_N: MATRIX_TILE / gridN / n,
  };
}
type FragmentConstant = 'MATRIX_M' | 'MATRIX_N' | 'MATRIX_K' | 'GRID_N' | 'FRAGMENTS_M' | 'FRAGMENTS_N';

/** The params of `lib/linear/*` and `lib/weights/*`: sizes, batch rows, and what f16 matmuls scale by (lib/linear/quads.f16). */
export const LINEAR_PARAMS = {
  blocks: 'u32',
  outputs: 'u32',
  columns: 'u32',
  x_scale: 'f32',
  w_scale: 'f32',
  y_scale: 'f32',
} as const;

/** Those of them that follow from a matrix. */
export const linearParams = ({ columns, outputs, halves }: MatrixSizes): Record<LinearParam, number> => {
  const { inputs = 0, weights = 0 } = halves ?? {};
  return {
    blocks: columns / BLOCK,
    outputs,
    x_scale: 2 ** inputs,
    w_scale: 2 ** weights,
    y_scale: 2 ** -(inputs + weights),
  };
};
type LinearParam = Exclude<keyof typeof LINEAR_PARAMS, 'columns'>;
type MatrixSizes = Pick<Matrix, 'columns' | 'outputs' | 'halves'>;

/** The most workgroups put in x before y is used; keeps every dimension below the limit of 65,535. */
const GRID_X = 32_768;

export function linearGrid(outputs: number, columns: number, shape: LinearVariant): Grid {
  const groups = ceilDiv(outputs, outputsOf(shape));
  const x = Math.min(groups, GRID_X);
  return [x, ceilDiv(groups, x), ceilDiv(columns, shape.columns)];
}
