/** Writes what peers read that cannot read GGUF: an ONNX file with the weights of a GGUF file. */

import { open, rename } from 'node:fs/promises';
import { readConfig } from '../../../src/models/read-network.ts';
import { parseGguf } from '../../../src/weights/gguf.ts';
import { openNodeFile } from '../../../src/weights/node-file.ts';
import { dequantizeTensor } from '../../../src/weights/dequantize.ts';
import { relativeRms } from './int-blocks.ts';
import { llamaOnnx, type LlamaOnnxOptions } from './llama-onnx.ts';
import type { ModelConfig } from '../../../src/models/model-config.ts';

export interface Conversion {
  readonly bytes: number;
  /** Root mean square of the difference to the file's weights, relative to theirs. */
  readonly int4RelativeRms: number;
  readonly int8RelativeRms: number;
  readonly config: ModelConfig;
}

/**
 * Converts a model; the file appears under its name whole or not at all.
 * @throws ModelFileError for what is wrong with the GGUF file, Error for networks that the converter does not know
 */
export async function convertToOnnx(
  ggufPath: string,
  onnxPath: string,
  options: LlamaOnnxOptions,
): Promise<Conversion> {
  const source = await openNodeFile(ggufPath);
  try {
    const gguf = await parseGguf(source);
    const config = readConfig(gguf);
    const { model, int4Error, int8Error } = await llamaOnnx(
      config,
      async (name) => {
        const info = gguf.tensors.get(name);
        if (!info) throw new Error(`${ggufPath} has no tensor "${name}".`);
        const count = info.shape.reduce((product, size) => product * size, 1);
        return Float32Array.from(dequantizeTensor(info.type, await source.read(info.offset, info.byteLength), count));
      },
      options,
    );
    const half = `${onnxPath}.${process.pid}`;
    const file = await open(half, 'w');
    try {
      await file.writev([...model.parts]);
    } finally {
      await file.close();
    }
    await rename(half, onnxPath);
    return {
      bytes: model.length,
      int4RelativeRms: relativeRms(int4Error),
      int8RelativeRms: relativeRms(int8Error),
      config,
    };
  } finally {
    await source.close();
  }
}
