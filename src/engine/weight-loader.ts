import { MemoryError, throwIfAborted, type DeviceLostError } from '../core/errors.ts';
import { roundUp } from '../core/invariant.ts';
import { BINDING_ALIGNMENT, slice, wholeBuffer } from '../gpu/array.ts';
import type { Gpu } from '../gpu/device.ts';
import { PlanRecorder } from '../gpu/plan.ts';
import { tuneLinear } from '../kernels/linear/tuning.ts';
import { BLOCK, matrixBytes, type Matrix, type WeightType } from '../kernels/weights/format.ts';
import { repack, repackConstants } from '../kernels/weights/repack.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { LayerWeights, MatrixPart, NetworkWeights, TunedMatrix } from '../models/network.ts';
import type { ByteSource } from '../weights/byte-source.ts';
import type { GgufFile, TensorInfo } from '../weights/gguf.ts';
import { readVectors } from './vectors.ts';

/** Bytes read, written and repacked at a time: the only weights that JavaScript ever holds. */
const CHUNK_BYTES = 4 * 2 ** 20;
/** A row is a workgroup in y, of which a dispatch has at most 65,535. */
const MAX_CHUNK_ROWS = 32_768;

export interface LoadWeightsOptions {
  readonly gpu: Gpu;
  readonly source: ByteSource;
  readonly gguf: GgufFile;
  readonly config: ModelConfig;
  /** Most positions of a conversation; sizes the rotation tables. */
  readonly context: number;
  /** Bytes of one binding; the device's limit unless a test lowers it. */
  readonly bindingLimit: number;
  readonly onBytes: (loaded: number, total: number) => void;
  /** Called with every fallback that the file made necessary. */
  readonly onFallback: (reason: string) => void;
  readonly signal?: AbortSignal | undefined;
}

type Role = 'project' | 'gate-up' | 'qkv' | 'head';

/** Where the rows of one tensor go. */
interface Upload {
  readonly tensor: TensorInfo;
  readonly matrix: Matrix;
  /** Rows of the tensor: from, count; row i goes to row first + i * stride of the matrix. */
  readonly from: number;
  readonly count: number;
  readonly first: number;
  readonly stride: number;
}

/**
 * Allocates every matrix and streams the tensors into them, repacked on the GPU.
 * @throws MemoryError before anything is read when a matrix cannot fit the device's limits; StorageError when the
 * file cannot be read; AbortedError; DeviceLostError.
 */
export async function loadWeights(options: LoadWeightsOptions): Promise<NetworkWeights> {
  const { gpu, gguf, config, bindingLimit, onFallback } = options;
  const uploads: Upload[] = [];
  const tensorOf = (name: string): TensorInfo => gguf.tensors.get(name)!;

  const allocate = (type: WeightType, outputs: number, columns: number, role: Role): TunedMatrix => {
    const tuning = tuneLinear(gpu, { type, outputs, columns, role });
    const bytes = matrixBytes(type, outputs, columns, tuning.rowTile);
    const auxAt = roundUp(bytes.codes, BINDING_ALIGNMENT);
    const auxBytes = Math.max(16, bytes.aux);
    const all = wholeBuffer(gpu.createBuffer(`${role} ${outputs}x${columns} ${type}`, auxAt + auxBytes));
    return {
      matrix: {
        type,
        outputs,
        columns,
        rowTile: tuning.rowTile,
        codes: slice(all, 0, bytes.codes),
        aux: slice(all, auxAt, auxBytes),
      },
      tuning,
    };
  };
  const single = (name: string, role: Role): TunedMatrix => {
    const tensor = tensorOf(name);
    const tuned = allocate(tensor.type, rowsOf(tensor), tensor.shape[0]!, role);
    uploads.push({ tensor, matrix: tuned.matrix, from: 0, count: rowsOf(tensor), first: 0, stride: 1 });
    return tuned;
  };
  /** Neighbouring tensors of one type become one matrix. */
  const joined = (names: readonly string[], role: Role): MatrixPart[] => {
    const tensors = names.map(tensorOf);
    const parts: MatrixPart[] = [];
    for (let i = 0, firstRow = 0; i < tensors.length;) {
      let end = i + 1;
      while (end < tensors.length && tensors[end]!.type === tensors[i]!.type) end++;
      const group = tensors.slice(i, end);
      const outputs = group.reduce((sum, tensor) => sum + rowsOf(tensor), 0);
      const tuned = allocate(group[0]!.type, outputs, group[0]!.shape[0]!, role);
      let first = 0;
      for (const tensor of group) {
        uploads.push({ tensor, matrix: tuned.matrix, from: 0, count: rowsOf(tensor), first, stride: 1 });
        first += rowsOf(tensor);
      }
      parts.push({ ...tuned, firstRow });
      firstRow += outputs;
      i = end;
    }
    return parts;
  };
  /** A matrix above the binding limit becomes row shards of whole 64-row blocks. */
  const sharded = (name: string): MatrixPart[] => {
    const tensor = tensorOf(name);
    const columns = tensor.shape[0]!;
    const rowBytes = matrixBytes(tensor.type, 64, columns, 64).codes / 64;
    const most = Math.floor(bindingLimit / rowBytes / 64) * 64;
    const parts: MatrixPart[] = [];
    for (let firstRow = 0; firstRow < rowsOf(tensor); firstRow += most) {
      const outputs = Math.min(most, rowsOf(tensor) - firstRow);
      const tuned = allocate(tensor.type, outputs, columns, 'head');
      uploads.push({ tensor, matrix: tuned.matrix, from: firstRow, count: outputs, first: 0, stride: 1 });
      parts.push({ ...tuned, firstRow });
    }
    if (parts.length > 1)
      onFallback(`${name} is ${parts.length} row shards: one binding holds at most ${bindingLimit} bytes`);
    return parts;
  };
  const gateUpOf = (layer: number): LayerWeights['gateUp'] => {
    const gate = tensorOf(`blk.${layer}.ffn_gate.weight`);
    const up = tensorOf(`blk.${layer}.ffn_up.weight`);
    if (gate.type !== up.type) {
      onFallback(`layer ${layer} runs gate and up apart, because their types are ${gate.type} and ${up.type}`);
      return { gate: single(gate.name, 'project'), up: single(up.name, 'project') };
    }
    const tuned = allocate(gate.type, 2 * rowsOf(gate), gate.shape[0]!, 'gate-up');
    [gate, up].forEach((tensor, i) =>
      uploads.push({ tensor, matrix: tuned.matrix, from: 0, count: rowsOf(tensor), first: i, stride: 2 }),
    );
    return tuned;
  };

  checkLimits(Math.min(bindingLimit, gpu.limits.maxBufferSize), gguf, config);
  const vectors = await readVectors(options);
  const layers = await gpu.checked('allocating the weights', () =>
    config.layers.map((_, layer): LayerWeights => {
      const name = (part: string): string => `blk.${layer}.${part}.weight`;
      return {
        attentionNormAt: vectors.at.get(name('attn_norm'))!,
        turnsAt: vectors.turnsAt[layer]!,
        qkv: joined([name('attn_q'), name('attn_k'), name('attn_v')], 'qkv'),
        output: single(name('attn_output'), 'project'),
        ffnNormAt: vectors.at.get(name('ffn_norm'))!,
        gateUp: gateUpOf(layer),
        down: single(name('ffn_down'), 'project'),
      };
    }),
  );
  const embedding = await gpu.checked('allocating the embedding', () => sharded('token_embd.weight'));
  const head =
    config.head === 'tied' ? embedding : await gpu.checked('allocating the head', () => sharded('output.weight'));
  await stream(options, uploads);
  return {
    config,
    layers,
    embedding,
    head,
    finalNormAt: vectors.at.get('output_norm.weight')!,
    vectors: vectors.array,
  };
}

const rowsOf = (tensor: TensorInfo): number => tensor.shape[1] ?? 1;

/** Streams every upload through one raw buffer: while the GPU repacks a chunk, the next one is read. */
async function stream({ gpu, source, onBytes, signal }: LoadWeightsOptions, uploads: readonly Upload[]): Promise<void> {
  const ordered = [...uploads].toSorted((a, b) => a.tensor.offset - b.tensor.offset || a.from - b.from);
  const total = ordered.reduce((sum, { tensor, count }) => sum + (tensor.byteLength / rowsOf(tensor)) * count, 0);
  const chunks = ordered.flatMap((upload) => {
    const rowBytes = upload.tensor.byteLength / rowsOf(upload.tensor);
    const most = Math.min(MAX_CHUNK_ROWS, Math.max(1, Math.floor(CHUNK_BYTES / rowBytes)));
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
    if (!source.readInto) return source.read(offset, rows * rowBytes, signal);
    const bytes = new Uint8Array(memory[index % 2]!, 0, rows * rowBytes);
    await source.readInto(bytes, offset, signal);
    return bytes;
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
      // oxlint-disable-next-line no-await-in-loop -- a chunk's memory is given back before the next is taken
      await repackChunk(gpu, raw, chunk);
      loaded += bytes.byteLength;
      onBytes(loaded, total);
    }
  } finally {
    gpu.destroyBuffer(raw);
  }
}

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

/** Said before anything is allocated: which tensor cannot be bound on this device. */
function checkLimits(limit: number, gguf: GgufFile, config: ModelConfig): void {
  const joint: readonly (readonly string[])[] = config.layers.flatMap((_, layer) => [
    ['attn_q', 'attn_k', 'attn_v'].map((part) => `blk.${layer}.${part}.weight`),
    [`blk.${layer}.attn_output.weight`],
    ['ffn_gate', 'ffn_up'].map((part) => `blk.${layer}.${part}.weight`),
    [`blk.${layer}.ffn_down.weight`],
  ]);
  for (const names of joint) {
    const bytes = names.reduce((sum, name) => sum + gguf.tensors.get(name)!.byteLength, 0);
    if (bytes > limit)
      throw new MemoryError({
        code: 'out-of-memory',
        happened: `${names.join(' with ')} needs ${bytes} bytes in one binding.`,
        expected: `This device binds at most ${limit} bytes at once.`,
        todo: 'Choose a more strongly quantised file of this model, or a smaller model.',
      });
  }
}
