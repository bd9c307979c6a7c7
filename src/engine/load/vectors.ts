import { ModelFileError } from '../../core/errors.ts';
import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { ModelConfig } from '../../models/model-config.ts';
import { ropeFrequencies, ropeMagnitude } from '../../models/rope.ts';
import { turnsTable } from '../../models/rope-table.ts';
import type { ByteSource } from '../../weights/byte-source.ts';
import type { GgufFile, TensorInfo } from '../../weights/gguf.ts';
import { bfloatToNumber, halfToNumber } from '../../weights/half.ts';

export interface VectorsOptions {
  readonly gpu: Gpu;
  readonly source: ByteSource;
  readonly gguf: GgufFile;
  readonly config: ModelConfig;
  /** Most positions of a conversation; sizes the rotation tables. */
  readonly context: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Vectors {
  readonly array: GpuArray;
  /** Tensor name -> offset in vec4f. */
  readonly at: ReadonlyMap<string, number>;
  readonly turnsAt: readonly number[];
}

/** Norm weights of the file and the rotation tables, in one buffer of f32. */
export async function readVectors({ gpu, source, gguf, config, context, signal }: VectorsOptions): Promise<Vectors> {
  const at = new Map<string, number>();
  const pieces: Float32Array[] = [];
  let quads = 0;
  const add = (values: Float32Array): number => {
    const start = quads;
    pieces.push(values);
    quads += Math.ceil(values.length / 4);
    return start;
  };
  for (const tensor of gguf.tensors.values())
    if (tensor.name.endsWith('norm.weight')) {
      // oxlint-disable-next-line no-await-in-loop -- a few hundred bytes each, in file order
      at.set(tensor.name, add(await readFloats(source, tensor, signal)));
    }
  const factors = gguf.tensors.get('rope_freqs.weight');
  const ropeFactors = factors ? await readFloats(source, factors, signal) : undefined;
  const tables = new Map<string, number>();
  const turnsAt = config.layers.map((layer, index) => {
    const key = JSON.stringify(layer.rope);
    let start = tables.get(key);
    if (start === undefined) {
      start = add(turnsTable(ropeFrequencies(config, index, ropeFactors), ropeMagnitude(config, index), context));
      tables.set(key, start);
    }
    return start;
  });
  const all = new Float32Array(quads * 4);
  let quad = 0;
  for (const piece of pieces) {
    all.set(piece, quad * 4);
    quad += Math.ceil(piece.length / 4);
  }
  const buffer = gpu.createBuffer('vectors', all.byteLength);
  gpu.write(buffer, 0, all);
  return { array: wholeBuffer(buffer), at, turnsAt };
}

/** A small F32, F16 or BF16 tensor as floats. */
async function readFloats(
  source: ByteSource,
  tensor: TensorInfo,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const bytes = await source.read(tensor.offset, tensor.byteLength, signal);
  if (tensor.type !== 'F32' && tensor.type !== 'F16' && tensor.type !== 'BF16')
    throw new ModelFileError({
      code: 'model-config',
      happened: `The vector "${tensor.name}" is of type ${tensor.type}.`,
      expected: 'Vectors are F32, F16 or BF16.',
      todo: 'Convert the model again with a current converter.',
    });
  if (tensor.type === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  return Float32Array.from(halves, tensor.type === 'BF16' ? bfloatToNumber : halfToNumber);
}
