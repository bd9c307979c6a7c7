import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { weightsOf, type NetworkBlocks } from '../../models/network.ts';
import type { VectorSpec } from '../../models/tensors.ts';
import type { ByteSource } from '../../weights/byte-source.ts';
import type { GgufFile } from '../../weights/gguf.ts';

export interface VectorsOptions {
  readonly gpu: Gpu;
  readonly source: ByteSource;
  readonly gguf: GgufFile;
  readonly graph: NetworkBlocks;
  /** Most positions of a conversation; sizes the rope tables. */
  readonly context: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Vectors {
  readonly array: GpuArray;
  /** Where each lies, in vec4f. */
  readonly at: ReadonlyMap<VectorSpec, number>;
  readonly values: ReadonlyMap<VectorSpec, Float32Array>;
}

/** Makes every vector of the network, in one buffer of f32. */
export async function readVectors({ gpu, source, gguf, graph, context, signal }: VectorsOptions): Promise<Vectors> {
  const read = async (name: string): Promise<Float32Array> => {
    const { offset, byteLength } = gguf.tensors.get(name)!;
    const bytes = await source.read(offset, byteLength, signal);
    return new Float32Array(bytes.buffer, bytes.byteOffset, byteLength / 4);
  };
  const at = new Map<VectorSpec, number>();
  const made = new Map<VectorSpec, Float32Array>();
  const pieces: Float32Array[] = [];
  let quads = 0;
  for (const spec of weightsOf(graph)) {
    if (spec.kind !== 'vector') continue;
    // oxlint-disable-next-line no-await-in-loop -- a few hundred bytes each, in file order
    const values = spec.make(await Promise.all(spec.tensors.map(({ name }) => read(name))), context);
    at.set(spec, quads);
    made.set(spec, values);
    pieces.push(values);
    quads += Math.ceil(values.length / 4);
  }
  const all = new Float32Array(quads * 4);
  let quad = 0;
  for (const piece of pieces) {
    all.set(piece, quad * 4);
    quad += Math.ceil(piece.length / 4);
  }
  const buffer = gpu.createBuffer('vectors', all.byteLength);
  gpu.write(buffer, 0, all);
  return { array: wholeBuffer(buffer), at, values: made };
}
