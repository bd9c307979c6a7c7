import broadcastActivations from '../../../shaders/lib/linear/activations.broadcast.wgsl?raw';
import directActivations from '../../../shaders/lib/linear/activations.direct.wgsl?raw';
import columnsCore from '../../../shaders/lib/linear/columns.wgsl?raw';
import maximaSubgroup from '../../../shaders/lib/linear/maxima.subgroup.wgsl?raw';
import maximaWorkgroup from '../../../shaders/lib/linear/maxima.workgroup.wgsl?raw';
import rowsCore from '../../../shaders/lib/linear/rows.wgsl?raw';
import tileCore from '../../../shaders/lib/linear/tile.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import type { Grid } from '../../gpu/kernel.ts';
import type { WgslPart } from '../../gpu/wgsl.ts';
import {
  BLOCK,
  WEIGHT_CONSTANTS,
  WEIGHT_FORMATS,
  weightConstants,
  weightParts,
  type Matrix,
  type WeightType,
} from '../weights/format.ts';

/**
 * How a linear kernel is shaped. `core`: 'rows' = matvec for 1 to 8 batch rows, 'columns' = matmul in registers with
 * broadcast activations, 'tile' = matmul with workgroup memory.
 */
export interface LinearVariant {
  readonly core: 'rows' | 'columns' | 'tile';
  /** Lanes side by side on neighbouring outputs, lanes that share an output, outputs of a lane (even). Unused by 'tile'. */
  readonly lanes: number;
  readonly kLanes: number;
  readonly threadRows: number;
  /** Batch rows of a workgroup; a tile has 64. */
  readonly columns: number;
  /** 0 = every lane reads its activations; 4 or 8 = lanes that hand them round by subgroup broadcast. */
  readonly broadcast: 0 | 4 | 8;
}

/** What chooses the includes of a linear kernel. */
export interface LinearIncludes {
  readonly type: WeightType;
  readonly shape: LinearVariant;
}

/** Batch rows of a 'tile' workgroup. */
const TILE_COLUMNS = 64;

/** Batch rows that one workgroup of this shape computes. */
export const columnsOf = (shape: LinearVariant): number => (shape.core === 'tile' ? TILE_COLUMNS : shape.columns);

/** Neighbouring outputs that one workgroup computes. */
export const outputsOf = (shape: LinearVariant): number =>
  shape.core === 'tile' ? 64 : shape.lanes * shape.threadRows;

const CORES = { rows: rowsCore, columns: columnsCore, tile: tileCore };

export const linearParts = ({ type, shape }: LinearIncludes): readonly WgslPart[] => [
  ...weightParts(type),
  { name: `lib/linear/${shape.core}`, text: CORES[shape.core] },
  shape.broadcast > 0
    ? { name: 'lib/linear/activations.broadcast', text: broadcastActivations }
    : { name: 'lib/linear/activations.direct', text: directActivations },
];

/** The include with group_maximum: a subgroup operation where the workgroup is surely one subgroup, else workgroup memory. */
export const maximaPart = ({ broadcast, lanes, kLanes }: LinearVariant): WgslPart =>
  broadcast > 0 && lanes * kLanes === broadcast
    ? { name: 'lib/linear/maxima.subgroup', text: maximaSubgroup }
    : { name: 'lib/linear/maxima.workgroup', text: maximaWorkgroup };

/** The constants of `lib/linear/*` and `lib/weights/*`. */
export const LINEAR_CONSTANTS = [
  ...WEIGHT_CONSTANTS,
  'SPLIT_SCALE',
  'OFFSET',
  'LANES',
  'K_LANES',
  'PAIRS',
  'COLUMNS',
  'TILE_COLUMNS',
  'HOLDS',
  'HOLD_LANES',
  'NORM',
] as const;

/** @param norm fold RMSNorm into the matvec; only the 'rows' core can. */
export function linearConstants(
  matrix: Matrix,
  shape: LinearVariant,
  norm: boolean,
): Record<(typeof LINEAR_CONSTANTS)[number], number | boolean> {
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
    TILE_COLUMNS: TILE_COLUMNS / 16,
    HOLDS: 8 / holdLanes,
    HOLD_LANES: holdLanes,
    NORM: norm,
  };
}

/** The params that `lib/linear/*` and `lib/weights/*` need of a matrix. */
export const linearParams = ({ columns, outputs }: Matrix): { blocks: number; outputs: number } => ({
  blocks: columns / BLOCK,
  outputs,
});

/** The most workgroups put in x before y is used; keeps every dimension below the limit of 65,535. */
const GRID_X = 32_768;

export function linearGrid(outputs: number, columns: number, shape: LinearVariant): Grid {
  const groups = ceilDiv(outputs, outputsOf(shape));
  const x = Math.min(groups, GRID_X);
  return [x, ceilDiv(groups, x), ceilDiv(columns, columnsOf(shape))];
}
