import { throwIfAborted, type DeviceLostError } from '../../core/errors.ts';
import { invariant, roundUp } from '../../core/invariant.ts';
import { BINDING_ALIGNMENT, slice, wholeBuffer } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { PlanRecorder } from '../../gpu/plan.ts';
import type { LinearTuning, MatrixShape } from '../../kernels/linear/tuning.ts';
import { BLOCK, matrixBytes, type Matrix } from '../../kernels/weights/format.ts';
import { repack, repackConstants } from '../../kernels/weights/repack.ts';
import type { NetworkGraph } from '../../models/network.ts';
import { orderedRows } from '../../models/row-order.ts';
import type { MatrixSpec, VectorSpec } from '../../models/tensors.ts';
import type { MatrixPart, NetworkWeights } from '../../models/weights.ts';
import type { ByteSource } from '../../weights/byte-source.ts';
import type { GgufFile, TensorInfo } from '../../weights/gguf.ts';
import { readVectors } from './vectors.ts';
import { rowsOf, type PlannedMatrix, type PlannedRows, type WeightPlan } from './weight-plan.ts';

/** Bytes read, written and repacked at a time: the only weights that JavaScript ever holds. */
const CHUNK_BYTES = 4 * 2 ** 20;
/** A row is a workgroup in y, of which a dispatch has at most 65,535. */
const MAX_CHUNK_ROWS = 32_768;

export interface LoadWeightsOptions {
  readonly gpu: Gpu;
  readonly source: ByteSource;
  readonly gguf: GgufFile;
  readonly graph: NetworkGraph;
  readonly plan: WeightPlan;
  /** The kernel shapes of a matrix, which decide how it lies in memory. */
  readonly tuningOf: (shape: MatrixShape) => LinearTuning;
  /** Most positions of a conversation; sizes the rope tables. */
  readonly context: number;
  readonly onBytes: (loaded: number, total: number) => void;
  /** Looks at the bytes of `rows` rows of a tensor, from row `first` on, before they are given away. */
  readonly onRows?: (tensor: TensorInfo, first: number, rows: number, bytes: Uint8Array) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Where the rows of one tensor go. */
interface Upload extends PlannedRows {
  readonly matrix: Matrix;
}

/** Allocated weights, which are there when `loaded` resolves. */
export interface LoadingWeights {
  readonly weights: NetworkWeights;
  /** What each matrix is made of. */
  readonly planned: ReadonlyMap<Matrix, PlannedMatrix>;
  /** The network's vectors, as the GPU has them. */
  readonly vectorValues: ReadonlyMap<VectorSpec, Float32Array>;
  /**
   * Streams the tensors into them, repacked on the GPU.
   * @throws StorageError when the file cannot be read; AbortedError; DeviceLostError.
   */
  load(): Promise<void>;
}

/** Allocates every matrix, so that plans can be recorded, and pipelines compiled, while the file is read. */
export async function allocateWeights(options: LoadWeightsOptions): Promise<LoadingWeights> {
  const { gpu, graph, plan, tuningOf } = options;
  const uploads: Upload[] = [];
  const planned = new Map<Matrix, PlannedMatrix>();
  const allocate = (part: PlannedMatrix): MatrixPart => {
    const { type, outputs, columns, role, firstRow } = part;
    const tuning = tuningOf(part);
    const bytes = matrixBytes(type, outputs, columns, tuning.rowTile);
    const auxAt = roundUp(bytes.codes, BINDING_ALIGNMENT);
    const auxBytes = Math.max(16, bytes.aux);
    const all = wholeBuffer(gpu.createBuffer(`${role} ${outputs}x${columns} ${type}`, auxAt + auxBytes));
    const matrix: Matrix = {
      type,
      outputs,
      columns,
      rowTile: tuning.rowTile,
      codes: slice(all, 0, bytes.codes),
      aux: slice(all, auxAt, auxBytes),
    };
    for (const rows of part.rows) uploads.push({ ...rows, matrix });
    planned.set(matrix, part);
    return { matrix, role, tuning, firstRow };
  };
  const vectors = await readVectors(options);
  const matrices = new Map<MatrixSpec, readonly MatrixPart[]>();
  await gpu.checked('allocating the weights', () => {
    for (const [spec, parts] of plan.matrices) matrices.set(spec, parts.map(allocate));
  });
  const known = <K, V>(map: ReadonlyMap<K, V>, key: K): V => {
    const found = map.get(key);
    invariant(found !== undefined, () => 'a block reads weights that it has not declared');
    return found;
  };
  return {
    weights: {
      config: graph.config,
      matrices,
      parts: (spec) => known(matrices, spec),
      offset: (spec) => known(vectors.at, spec),
      vectors: vectors.array,
    },
    planned,
    vectorValues: vectors.values,
    load: () => stream(options, uploads),
  };
}

/** Streams every upload through one raw buffer: while the GPU repacks a chunk, the next one is read. */
async function stream(
  { gpu, source, onBytes, onRows, signal }: LoadWeightsOptions,
  uploads: readonly Upload[],
): Promise<void> {
  const ordered = [...uploads].toSorted((a, b) => a.tensor.offset - b.tensor.offset || a.from - b.from);
  const total = ordered.reduce((sum, { tensor, count }) => sum + (tensor.byteLength / rowsOf(tensor)) * count, 0);
  const chunks = ordered.flatMap((upload) => {
    const rowBytes = upload.tensor.byteLength / rowsOf(upload.tensor);
    const most = chunkRows(rowBytes, upload.order?.headDim ?? 1);
    return Array.from({ length: Math.ceil(upload.count / most) }, (_, i) => ({
      upload,
      rowBytes,
      row: i * most,
      rows: Math.min(most, upload.count - i * most),
    }));
  });
  const largest = Math.max(...chunks.map(({ rows, rowBytes }) => rows * rowBytes));
  const raw = gpu.createBuffer('raw chunk', roundUp(largest, 4) + 16);
  const memory = source.readInto ? [new ArrayBuffer(roundUp(largest, 4)), new ArrayBuffer(roundUp(largest, 4))] : [];
  const read = async (index: number): Promise<Uint8Array<ArrayBuffer>> => {
    const { upload, rowBytes, row, rows } = chunks[index]!;
    const offset = upload.tensor.offset + (upload.from + row) * rowBytes;
    let bytes: Uint8Array<ArrayBuffer>;
    if (source.readInto) {
      bytes = new Uint8Array(memory[index % 2]!, 0, rows * rowBytes);
      await source.readInto(bytes, offset, signal);
    } else bytes = await source.read(offset, rows * rowBytes, signal);
    return upload.order ? orderedRows(bytes, rowBytes, upload.order) : bytes;
  };
  let loaded = 0;
  try {
    let next = read(0);
    for (const [i, chunk] of chunks.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- chunks are read in order, one ahead
      const bytes = await next;
      throwIfAborted(signal);
      if (gpu.lostError) throw gpu.lostError;
      if (i + 1 < chunks.length) {
        next = read(i + 1);
        next.catch(() => {});
      }
      gpu.write(raw, 0, padded(bytes));
      onRows?.(chunk.upload.tensor, chunk.upload.from + chunk.row, chunk.rows, bytes);
      // oxlint-disable-next-line no-await-in-loop -- a chunk's memory is given back before the next is taken
      await repackChunk(gpu, raw, chunk);
      loaded += bytes.byteLength;
      onBytes(loaded, total);
    }
  } finally {
    gpu.destroyBuffer(raw);
  }
}

/** Rows of a chunk: whole heads of `together` rows. */
const chunkRows = (rowBytes: number, together: number): number => {
  const most = Math.min(MAX_CHUNK_ROWS, Math.floor(CHUNK_BYTES / rowBytes));
  return Math.max(1, Math.floor(most / together)) * together;
};

/** writeBuffer takes multiples of 4 bytes. */
function padded(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes.byteLength % 4 === 0) return bytes;
  const whole = new Uint8Array(roundUp(bytes.byteLength, 4));
  whole.set(bytes);
  return whole;
}

async function repackChunk(
  gpu: Gpu,
  raw: GPUBuffer,
  { upload, rowBytes, row, rows }: { upload: Upload; rowBytes: number; row: number; rows: number },
): Promise<void> {
  const { matrix, first, stride } = upload;
  const recorder = new PlanRecorder();
  recorder.add(
    'repack',
    repack.call({
      params: {
        blocks: matrix.columns / BLOCK,
        first_row: first + row * stride,
        row_stride: stride,
        rows,
        row_bytes: rowBytes,
      },
      constants: repackConstants(matrix.type, matrix.rowTile),
      variant: { type: matrix.type },
      bindings: { raw: wholeBuffer(raw), codes: matrix.codes, aux: matrix.aux },
    }),
  );
  const plan = await recorder.build(gpu, 'repack');
  plan.replay();
  await Promise.race([gpu.device.queue.onSubmittedWorkDone(), gpu.lost.then(fail)]);
  plan.dispose();
}

function fail(error: DeviceLostError): never {
  throw error;
}
