import type { Gpu } from '../../gpu/device.ts';
import type { WeightType } from '../weights/format.ts';
import type { LinearVariant } from './variant.ts';

/** How the kernels of a matrix are shaped on this adapter. The layout in memory follows from `rowTile`. */
export interface LinearTuning {
  readonly rowTile: number;
  /** The matvec for 1, 2, 4 or 8 batch rows. All add in the same order. */
  rows(columns: 1 | 2 | 4 | 8): LinearVariant;
  /** For more batch rows. */
  readonly matmul: LinearVariant;
}

export interface MatrixShape {
  readonly type: WeightType;
  readonly outputs: number;
  readonly columns: number;
  readonly role: 'project' | 'gate-up' | 'qkv' | 'head';
}

/** Outputs of a workgroup of the head: one maximum is taken of every 64 ids. */
const HEAD_OUTPUTS = 64;

/** Shapes for this adapter, from a stored table. Software adapters were measured; the shapes for GPUs follow from their width. */
export function tuneLinear(gpu: Pick<Gpu, 'features' | 'info'>, matrix: MatrixShape): LinearTuning {
  const { subgroups, subgroupMinSize, subgroupMaxSize } = gpu.features;
  const width = subgroups && subgroupMinSize === subgroupMaxSize ? subgroupMinSize : 0;
  if (width === 4 || width === 8) return narrow(matrix, width);
  return isSoftware(gpu.info) ? software() : wide(matrix);
}

/** `rows 8x4 k1 c2 b8`: core, lanes x outputs of a lane, lanes that share an output, batch rows, broadcast; for reports. */
export function describeVariant({ core, lanes, threadRows, kLanes, columns, broadcast }: LinearVariant): string {
  if (core === 'tile') return 'tile 64x64';
  return `${core} ${lanes}x${threadRows} k${kLanes} c${columns}${broadcast > 0 ? ` b${broadcast}` : ''}`;
}

const isSoftware = ({ vendor, architecture, device, description }: GPUAdapterInfo): boolean =>
  /llvmpipe|lavapipe|swiftshader|software|basic render/i.test(`${vendor} ${architecture} ${device} ${description}`);

/**
 * Subgroups of exactly 8 (lavapipe with AVX2) or 4 lanes (SwiftShader): a CPU. A workgroup is one subgroup, a lane owns a few
 * outputs, activations are loaded once and handed round. A matmul of 16 columns would be a fifth faster (25 instead of 21
 * GFLOP/s on two cores), but its pipelines take twice as long to compile: 5 seconds each.
 */
function narrow({ role }: MatrixShape, width: 4 | 8): LinearTuning {
  const shape = (threadRows: number) =>
    ({ lanes: role === 'head' ? HEAD_OUTPUTS / threadRows : width, kLanes: 1, threadRows, broadcast: width }) as const;
  return {
    rowTile: HEAD_OUTPUTS,
    rows: (columns) => ({ core: 'rows', ...shape(4), columns }),
    matmul: { core: 'columns', ...shape(8), columns: 8 },
  };
}

/**
 * A CPU without subgroups: a lane owns eight outputs of one batch row, whose activations are uniform loads. Several batch rows
 * in a workgroup were slower than as many workgroups, and so was the tile: 5 GFLOP/s against 1 to 4.
 */
function software(): LinearTuning {
  const shape: LinearVariant = { core: 'rows', lanes: 8, kLanes: 1, threadRows: 8, columns: 1, broadcast: 0 };
  return { rowTile: HEAD_OUTPUTS, rows: () => shape, matmul: shape };
}

/**
 * GPUs, not measured yet. 8 neighbouring outputs lie side by side in memory, so that the lanes of a group read whole lines;
 * 16 lanes share an output, so that even a matrix of 576 outputs makes 72 workgroups of 64 threads.
 */
function wide({ outputs, role }: MatrixShape): LinearTuning {
  const large = outputs >= 4096;
  const lanes = role === 'head' ? HEAD_OUTPUTS / 2 : large ? 8 : 4;
  return {
    rowTile: 8,
    rows: (columns) => ({
      core: 'rows',
      lanes,
      kLanes: large || role === 'head' ? 8 : 16,
      threadRows: 2,
      columns,
      broadcast: 0,
    }),
    matmul: { core: 'tile', lanes: 64, kLanes: 1, threadRows: 2, columns: 64, broadcast: 0 },
  };
}
