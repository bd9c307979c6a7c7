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

/** Outputs of a workgroup of the head's matvec: one maximum is taken of every 64 ids. */
const HEAD_OUTPUTS = 64;

/** Shapes for this adapter, from a stored table. Software adapters were measured; the shapes for GPUs follow from their width. */
export function tuneLinear(gpu: Gpu, matrix: MatrixShape): LinearTuning {
  const { subgroups, subgroupMinSize, subgroupMaxSize } = gpu.features;
  const width = subgroups && subgroupMinSize === subgroupMaxSize ? subgroupMinSize : 0;
  if (width === 8) return narrow(matrix, 8);
  if (width === 4) return narrow(matrix, 4);
  return isSoftware(gpu.info) ? software(matrix) : wide(matrix);
}

/** `rows 8x4 k1 c2 b8`: core, lanes x outputs of a lane, lanes that share an output, batch rows, broadcast; for reports. */
export function describeVariant({ core, lanes, threadRows, kLanes, columns, broadcast }: LinearVariant): string {
  if (core === 'tile') return 'tile 64x64';
  return `${core} ${lanes}x${threadRows} k${kLanes} c${columns}${broadcast > 0 ? ` b${broadcast}` : ''}`;
}

const isSoftware = ({ vendor, architecture, device, description }: GPUAdapterInfo): boolean =>
  /llvmpipe|lavapipe|swiftshader|software|basic render/i.test(`${vendor} ${architecture} ${device} ${description}`);

/**
 * Subgroups of exactly 8 (lavapipe on AVX2) or 4 (SwiftShader, SSE) lanes: a CPU. A workgroup is one subgroup, barriers
 * cost nothing, a lane owns many outputs, and activations are loaded once and handed round.
 */
function narrow({ role }: MatrixShape, lanes: 4 | 8): LinearTuning {
  const threadRows = { 1: 8, 2: 8, 4: 4, 8: 4 } as const;
  return {
    rowTile: HEAD_OUTPUTS,
    rows: (columns) => ({
      core: 'rows',
      lanes,
      kLanes: 1,
      threadRows: role === 'head' ? HEAD_OUTPUTS / lanes : threadRows[columns],
      columns,
      broadcast: lanes,
    }),
    matmul: { core: 'columns', lanes, kLanes: 1, threadRows: role === 'head' ? HEAD_OUTPUTS / lanes : 8, columns: 16, broadcast: lanes },
  };
}

/** A CPU without subgroups: a lane owns outputs, every lane reads the activations. */
function software({ role }: MatrixShape): LinearTuning {
  return {
    rowTile: HEAD_OUTPUTS,
    rows: (columns) => {
      const threadRows = columns === 1 ? 4 : 2;
      return { core: 'rows', lanes: role === 'head' ? HEAD_OUTPUTS / threadRows : 16, kLanes: 1, threadRows, columns, broadcast: 0 };
    },
    matmul: { core: 'tile', lanes: 64, kLanes: 1, threadRows: 2, columns: 64, broadcast: 0 },
  };
}

/**
 * GPUs, not measured yet. 8 neighbouring outputs lie side by side in memory, so that the lanes of a group read whole lines;
 * 16 lanes share an output, so that even a matrix of 576 outputs makes 72 workgroups of 64 threads.
 */
function wide({ outputs, role }: MatrixShape): LinearTuning {
  const kLanes = outputs >= 4096 ? 8 : 16;
  const lanes = role === 'head' ? HEAD_OUTPUTS / 2 : outputs >= 4096 ? 8 : 4;
  return {
    rowTile: 8,
    rows: (columns) => ({ core: 'rows', lanes, kLanes: role === 'head' ? 8 : kLanes, threadRows: 2, columns, broadcast: 0 }),
    matmul: { core: 'tile', lanes: 64, kLanes: 1, threadRows: 2, columns: 64, broadcast: 0 },
  };
}
