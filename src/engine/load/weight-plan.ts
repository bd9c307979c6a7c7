import { MemoryError } from '../../core/errors.ts';
import type { LinearRole, MatrixShape } from '../../kernels/linear/tuning.ts';
import { matrixBytes } from '../../kernels/weights/format.ts';
import { weightsOf, type NetworkBlocks } from '../../models/network.ts';
import type { RowOrder } from '../../models/row-order.ts';
import { rangesOf, type MatrixSpec } from '../../models/tensors.ts';
import type { GgufFile, TensorInfo } from '../../weights/gguf.ts';

/** Rows [from, from + count) of a tensor, in `order`; row i becomes row first + i * stride of the matrix. */
export interface PlannedRows {
  readonly tensor: TensorInfo;
  readonly from: number;
  readonly count: number;
  readonly first: number;
  readonly stride: number;
  /** Whole heads of rows whose turning elements are put in pairs. */
  readonly order?: RowOrder | undefined;
}

/** A matrix that will be on the GPU, and the tensors it is made of. */
export interface PlannedMatrix extends MatrixShape {
  /** What it is a part of. */
  readonly spec: MatrixSpec;
  /** Where its rows begin there. */
  readonly firstRow: number;
  readonly rows: readonly PlannedRows[];
}

/** Which tensors make which matrices of a network. */
export interface WeightPlan {
  readonly matrices: ReadonlyMap<MatrixSpec, readonly PlannedMatrix[]>;
  /** What the file made necessary, in words. */
  readonly fallbacks: readonly string[];
}

/** Rows of a tensor; of one that stacks matrices, those of all. */
export const rowsOf = ({ shape }: TensorInfo): number => shape.slice(1).reduce((product, size) => product * size, 1);

/**
 * Joins the tensors of every matrix as the network says, where their types agree, and cuts what may be cut and is larger
 * than a binding into row shards.
 * @param bindingLimit bytes of one binding.
 * @throws MemoryError when another matrix is larger than that.
 */
export function planWeights(gguf: GgufFile, network: NetworkBlocks, bindingLimit: number): WeightPlan {
  const fallbacks: string[] = [];
  const matrices = new Map<MatrixSpec, readonly PlannedMatrix[]>();
  for (const spec of weightsOf(network)) {
    if (spec.kind !== 'matrix') continue;
    const names = spec.tensors.map(({ name }) => name);
    const ranges = rangesOf(spec).map(({ tensor, from, count, order }): Range => ({
      tensor: gguf.tensors.get(tensor.name)!,
      from,
      count,
      order,
    }));
    const parts =
      spec.join === 'sharded' ? sharded(spec, ranges[0]!.tensor, bindingLimit) : JOINS[spec.join](spec, ranges);
    if (spec.join === 'sharded' && parts.length > 1)
      fallbacks.push(`${names[0]} is ${parts.length} row shards: one binding holds at most ${bindingLimit} bytes`);
    if (spec.join === 'interleaved' && new Set(parts.map(({ type }) => type)).size > 1)
      fallbacks.push(
        `${names.join(' and ')} run apart, because their types are ${parts.map(({ type }) => type).join(' and ')}`,
      );
    for (const part of parts) checkLimit(part, bindingLimit);
    matrices.set(spec, parts);
  }
  return { matrices, fallbacks };
}

/** Every matrix of a plan. */
export const matricesOf = ({ matrices }: WeightPlan): PlannedMatrix[] => [...matrices.values()].flat();

const JOINS = { stacked, interleaved };

type Range = Pick<PlannedRows, 'tensor' | 'from' | 'count' | 'order'>;

/** Neighbouring ranges of one type below each other. */
function stacked(spec: MatrixSpec, ranges: readonly Range[]): PlannedMatrix[] {
  const parts: PlannedMatrix[] = [];
  for (let i = 0, firstRow = 0; i < ranges.length;) {
    let end = i + 1;
    while (end < ranges.length && ranges[end]!.tensor.type === ranges[i]!.tensor.type) end++;
    const rows: PlannedRows[] = [];
    let outputs = 0;
    for (const range of ranges.slice(i, end)) {
      rows.push({ ...range, first: outputs, stride: 1 });
      outputs += range.count;
    }
    parts.push(planned(spec, spec.role, outputs, firstRow, rows));
    firstRow += outputs;
    i = end;
  }
  return parts;
}

/** Rows by turns, so that a lane has all that belongs to an output; or each range alone, where their types differ. */
function interleaved(spec: MatrixSpec, ranges: readonly Range[]): PlannedMatrix[] {
  const stride = ranges.length;
  if (new Set(ranges.map(({ tensor }) => tensor.type)).size > 1 || spec.role === 'project')
    return ranges.map((range) => planned(spec, 'project', range.count, 0, [{ ...range, first: 0, stride: 1 }]));
  const rows = ranges.map((range, first) => ({ ...range, first, stride }));
  return [planned(spec, spec.role, stride * ranges[0]!.count, 0, rows)];
}

/** Row shards of whole 64-row blocks; one, where a binding holds it. */
function sharded(spec: MatrixSpec, tensor: TensorInfo, bindingLimit: number): PlannedMatrix[] {
  const rowBytes = matrixBytes(tensor.type, 64, tensor.shape[0]!, 64).codes / 64;
  const most = Math.floor(bindingLimit / rowBytes / 64) * 64;
  const parts: PlannedMatrix[] = [];
  for (let from = 0; from < rowsOf(tensor); from += most) {
    const count = Math.min(most, rowsOf(tensor) - from);
    parts.push(planned(spec, spec.role, count, from, [{ tensor, from, count, first: 0, stride: 1 }]));
  }
  return parts;
}

const planned = (
  spec: MatrixSpec,
  role: LinearRole,
  outputs: number,
  firstRow: number,
  rows: readonly PlannedRows[],
): PlannedMatrix => {
  const { type, shape } = rows[0]!.tensor;
  return { spec, role, type, outputs, columns: shape[0]!, firstRow, rows };
};

/** Said before anything is allocated: which tensors cannot be bound on this device. */
function checkLimit({ rows }: PlannedMatrix, limit: number): void {
  const bytes = rows.reduce((sum, { tensor, count }) => sum + (tensor.byteLength / rowsOf(tensor)) * count, 0);
  if (bytes > limit)
    throw new MemoryError({
      code: 'out-of-memory',
      happened: `${rows.map(({ tensor }) => tensor.name).join(' with ')} needs ${bytes} bytes in one binding.`,
      expected: `This device binds at most ${limit} bytes at once.`,
      todo: 'Choose a more strongly quantised file of this model, or a smaller model.',
    });
}
