/** Which tensors a Llama-family file must have, and how large each is. */

import { ModelFileError } from '../core/errors.ts';
import type { GgufFile, TensorInfo } from '../weights/gguf.ts';
import type { LayerConfig } from './model-config.ts';
import { configError } from './metadata-reader.ts';

/** Shapes in ggml's order (row length first) of one layer's tensors, by the name within the layer. */
function layerShapes(
  hidden: number,
  { qHeads, kvHeads, headDim, ffn }: LayerConfig,
): Record<string, readonly number[]> {
  return {
    attn_norm: [hidden],
    attn_q: [hidden, qHeads * headDim],
    attn_k: [hidden, kvHeads * headDim],
    attn_v: [hidden, kvHeads * headDim],
    attn_output: [qHeads * headDim, hidden],
    ffn_norm: [hidden],
    ffn_gate: [hidden, ffn],
    ffn_up: [hidden, ffn],
    ffn_down: [ffn, hidden],
  };
}

/**
 * Checks that every tensor of the network is there with its shape, and that there is no other.
 * Returns the rows of the embedding, and whether the head is a matrix of its own.
 */
export function checkLlamaTensors(
  { tensors }: GgufFile,
  hidden: number,
  layers: readonly LayerConfig[],
): { vocab: number; head: 'tied' | 'separate' } {
  const known = new Set<string>();
  const check = (name: string, shape: readonly number[]): TensorInfo => {
    known.add(name);
    return checkTensor(tensors, name, shape);
  };
  const vocab = tensors.get('token_embd.weight')?.shape[1] ?? 1;
  check('token_embd.weight', [hidden, vocab]);
  check('output_norm.weight', [hidden]);
  const head = tensors.has('output.weight') ? 'separate' : 'tied';
  if (head === 'separate') check('output.weight', [hidden, vocab]);
  for (const [i, layer] of layers.entries()) {
    for (const [name, shape] of Object.entries(layerShapes(hidden, layer))) check(`blk.${i}.${name}.weight`, shape);
  }
  if (tensors.has('rope_freqs.weight')) check('rope_freqs.weight', [layers[0]!.rope.dims / 2]);
  for (const name of tensors.keys()) {
    if (!known.has(name)) {
      const what = name.endsWith('.bias') ? 'a bias' : 'a tensor';
      throw configError(
        `The file has ${what} "${name}", which has no place in this network.`,
        'Every tensor must be used, for none may be ignored.',
      );
    }
  }
  return { vocab, head };
}

function checkTensor(tensors: ReadonlyMap<string, TensorInfo>, name: string, shape: readonly number[]): TensorInfo {
  const tensor = tensors.get(name);
  if (tensor === undefined) {
    throw new ModelFileError({
      code: 'gguf-missing-tensor',
      happened: `The file has no tensor "${name}".`,
      expected: `A tensor of shape [${shape.join(', ')}] was expected.`,
      todo: 'Download the file again, or get it from another source.',
    });
  }
  // Sizes of 1 at the end say nothing.
  const lead = tensor.shape.slice(0, shape.length);
  const rest = tensor.shape.slice(shape.length);
  if (lead.length !== shape.length || lead.some((size, i) => size !== shape[i]) || rest.some((size) => size !== 1)) {
    throw configError(
      `The tensor "${name}" has the shape [${tensor.shape.join(', ')}].`,
      `It must be [${shape.join(', ')}] by the file's own configuration.`,
    );
  }
  if (shape.length === 1 && tensor.type !== 'F32') {
    throw configError(`The vector "${name}" is of type ${tensor.type}.`, 'Vectors are F32.');
  }
  return tensor;
}
