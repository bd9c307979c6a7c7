import { bytesSource } from '../../src/weights/byte-source.ts';
import { parseGguf } from '../../src/weights/gguf.ts';
import { createEngine, type Engine, type EngineOptions } from '../../src/index.ts';
import { tinyModel, type TinyModelOptions } from './tiny-model.ts';

/** What becomes of the weights of a tensor, by name: the new value of one, from the old, its row and its column. */
export type Changes = Readonly<Record<string, (weight: number, row: number, column: number) => number>>;

/** The bytes of a tiny model whose F32 tensors are changed; the same options always give the same bytes. */
export async function changedModel(options: TinyModelOptions, changes: Changes): Promise<Uint8Array<ArrayBuffer>> {
  const file = tinyModel(options);
  const { tensors } = await parseGguf(bytesSource(file));
  for (const [name, change] of Object.entries(changes)) {
    const { type, offset, byteLength, shape } = tensors.get(name)!;
    if (type !== 'F32') throw new Error(`${name} is ${type}`);
    const view = new DataView(file.buffer, offset, byteLength);
    for (let i = 0; i < byteLength / 4; i++) {
      const weight = view.getFloat32(4 * i, true);
      view.setFloat32(4 * i, change(weight, Math.floor(i / shape[0]!), i % shape[0]!), true);
    }
  }
  return file;
}

/** An engine of such a file. */
export const changedEngine = (file: Uint8Array<ArrayBuffer>, options: Partial<EngineOptions> = {}): Promise<Engine> =>
  createEngine({ model: new Blob([file]), ...options });
