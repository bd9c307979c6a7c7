import type { Gpu } from '../../gpu/device.ts';
import { simdLanes } from '../../gpu/software.ts';
import type { WeightType } from '../weights/format.ts';
import { gpuMatmuls, narrowMatmul } from './matmul-variants.ts';
import { tileVariant, type ActivationType, type LinearVariant } from './variant.ts';

/** How the kernels of a matrix are shaped on this adapter. The layout in memory follows from `rowTile`. */
export interface LinearTuning extends RowsTuning {
  /** For more batch rows. */
  readonly matmul: LinearVariant;
}

/** The part that decides a matrix's layout and its order of additions. */
export interface RowsTuning {
  readonly rowTile: number;
  /** The matvec for 1, 2, 4 or 8 batch rows. All add in the same order. */
  rows(columns: 1 | 2 | 4 | 8): LinearVariant;
}

/**
 * What a matrix is for, which decides its kernel: y = W x, the gated half of an MLP, queries with keys and values, logits.
 * Rows of an 'embedding' are looked up, not multiplied.
 */
export type LinearRole = 'project' | 'gate-up' | 'qkv' | 'lm-head' | 'embedding';

export interface MatrixShape {
  readonly type: WeightType;
  readonly outputs: number;
  readonly columns: number;
  readonly role: LinearRole;
}

/** What decides which shapes an adapter can run. */
export type TunedAdapter = Pick<Gpu, 'features' | 'software'>;

/** Outputs of a workgroup of the head: one maximum is taken of every 64 ids. */
const HEAD_OUTPUTS = 64;

const LARGE = 2 ** 18;

/** Rows that lie side by side in memory on GPUs: the lanes of a group read whole lines of 128 bytes. */
const GPU_ROW_TILE = 8;

/**
 * Shapes of the matvec that may be fastest for this matrix on this adapter, the one to use unmeasured first. Software
 * adapters were measured once: they have one. Candidates differ in their order of additions; the rows of one do not.
 */
export function rowsCandidates(gpu: TunedAdapter, matrix: MatrixShape): readonly RowsTuning[] {
  const kind = kindOf(gpu);
  if (kind === 'wide') return raced(matrix, wideShapes(gpu.features, matrix)).map(wideRows);
  return [kind === 'software' ? softwareRows : narrowRows(matrix, kind)];
}

/** Shapes of the matmul for rows in these numbers, likewise; each reads every layout. */
export function matmulCandidates(
  gpu: TunedAdapter,
  matrix: MatrixShape,
  activations: ActivationType = 'f32',
): readonly LinearVariant[] {
  const kind = kindOf(gpu);
  if (kind === 'wide') return raced(matrix, gpuMatmuls(gpu.features, activations));
  if (kind === 'software') return activations === 'f32' ? [SOFTWARE] : [tileVariant(64, 64, activations)];
  return [
    narrowMatmul(
      { core: 'columns', ...narrowShape(matrix, kind, 8), columns: matrix.outputs * matrix.columns >= LARGE ? 16 : 8 },
      activations,
    ),
  ];
}

/** What is worth timing: rows of an embedding are never multiplied. */
const raced = <T>({ role }: MatrixShape, candidates: readonly T[]): readonly T[] =>
  role === 'embedding' ? candidates.slice(0, 1) : candidates;

/** A shape that needs neither subgroups nor workgroup memory, for any layout: what is left when another computes wrongly. */
export const plainVariant = ({ role }: Pick<MatrixShape, 'role'>, columns: number): LinearVariant => ({
  core: 'rows',
  lanes: role === 'lm-head' ? HEAD_OUTPUTS / 2 : 8,
  kLanes: 1,
  threadRows: 2,
  columns,
  broadcast: 0,
});

/** `rows 8x4 k1 c2 b8`: core, lanes x outputs of a lane, lanes that share an output, batch rows, broadcast; for reports. */
export function describeVariant(shape: LinearVariant): string {
  const { core, lanes, threadRows, kLanes, columns, broadcast, activations = 'f32', threadColumns } = shape;
  const numbers = activations === 'f32' ? '' : ` ${activations}`;
  if (core === 'tile' || core === 'matrix')
    return `${core} ${lanes}x${columns}${threadColumns === undefined ? '' : ` t${threadColumns}`}${numbers}`;
  return `${core} ${lanes}x${threadRows} k${kLanes} c${columns}${broadcast > 0 ? ` b${broadcast}` : ''}${numbers}`;
}

/** Names a candidate among those of its matrix. */
export const describeTuning = (tuning: LinearTuning): string =>
  `${describeVariant(tuning.rows(1))}, ${describeVariant(tuning.matmul)}, tile ${tuning.rowTile}`;

/** 'wide': a GPU. 8 or 4: a CPU behind subgroups of exactly so many lanes. 'software': a CPU without. */
function kindOf({ software, features }: TunedAdapter): 'wide' | 'software' | 4 | 8 {
  return software ? simdLanes(features) || 'software' : 'wide';
}

/**
 * Subgroups of exactly 8 (lavapipe with AVX2) or 4 lanes (SwiftShader): a CPU. A workgroup is one subgroup, a lane owns a few
 * outputs, activations are loaded once and handed round. A matmul of 16 columns would be a fifth faster (25 instead of 21
 * GFLOP/s on two cores), but its pipelines take twice as long to compile: 5 seconds each.
 */
const narrowShape = ({ role }: MatrixShape, width: 4 | 8, threadRows: number) =>
  ({ lanes: role === 'lm-head' ? HEAD_OUTPUTS / threadRows : width, kLanes: 1, threadRows, broadcast: width }) as const;

const narrowRows = (matrix: MatrixShape, width: 4 | 8): RowsTuning => ({
  rowTile: HEAD_OUTPUTS,
  rows: (columns) => ({ core: 'rows', ...narrowShape(matrix, width, 4), columns }),
});

/**
 * A CPU without subgroups: a lane owns eight outputs of one batch row, whose activations are uniform loads. Several batch rows
 * in a workgroup were slower than as many workgroups, and so was the tile: 5 GFLOP/s against 1 to 4.
 */
const SOFTWARE: LinearVariant = { core: 'rows', lanes: 8, kLanes: 1, threadRows: 8, columns: 1, broadcast: 0 };
const softwareRows: RowsTuning = { rowTile: HEAD_OUTPUTS, rows: () => SOFTWARE };

type RowsShape = Pick<LinearVariant, 'lanes' | 'kLanes' | 'threadRows' | 'broadcast'> & { readonly rowTile: number };

/**
 * GPUs. The first follows from their width and is used unmeasured: 16 lanes share an output, so that even a matrix of 576
 * outputs makes 72 workgroups of 64 threads. The others have wider or narrower workgroups, more outputs a lane, or, for
 * GPUs whose subgroups are small, lanes that own their outputs and hand activations round.
 */
function wideShapes(
  { subgroups, subgroupMinSize, subgroupMaxSize }: Gpu['features'],
  matrix: MatrixShape,
): RowsShape[] {
  const shared = (lanes: number, kLanes: number, threadRows: number): RowsShape => ({
    lanes,
    kLanes,
    threadRows,
    broadcast: 0,
    rowTile: GPU_ROW_TILE,
  });
  // Broadcasts need all lanes of a subgroup on the same block: one lane an output, whole subgroups in the workgroup.
  const broadcast = !subgroups || subgroupMaxSize > 64 ? 0 : subgroupMinSize >= 8 ? 8 : subgroupMinSize >= 4 ? 4 : 0;
  const handed = (lanes: number, threadRows: number): RowsShape[] =>
    broadcast === 0 ? [] : [{ lanes, kLanes: 1, threadRows, broadcast, rowTile: HEAD_OUTPUTS }];
  if (matrix.role === 'lm-head')
    return [shared(32, 8, 2), shared(32, 4, 2), shared(32, 2, 2), shared(16, 8, 4), shared(16, 4, 4), ...handed(32, 2)];
  const large = matrix.outputs >= 4096;
  const byWidth = [shared(8, 8, 2), shared(4, 16, 2)];
  return [
    ...(large ? byWidth : byWidth.toReversed()),
    shared(4, 32, 2),
    shared(8, 16, 2),
    shared(8, 8, 4),
    shared(4, 16, 4),
    shared(16, 4, 2),
    ...handed(32, 2),
    ...handed(64, 2),
  ];
}

const wideRows = ({ rowTile, ...shape }: RowsShape): RowsTuning => ({
  rowTile,
  rows: (columns) => ({ core: 'rows', ...shape, columns }),
});
