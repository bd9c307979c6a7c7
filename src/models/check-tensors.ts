/** Holds a file's tensors to those its network takes. */

import { ModelFileError } from '../core/errors.ts';
import type { GgufFile, TensorInfo } from '../weights/gguf.ts';
import { configError } from './metadata-reader.ts';
import { weightsOf, type NetworkBlocks } from './network.ts';
import type { TensorSpec } from './tensors.ts';

/**
 * Checks that every tensor of the network is there with its shape, that vectors are F32, and that there is no other tensor.
 * @throws ModelFileError 'gguf-missing-tensor', 'model-config'.
 */
export function checkTensors({ tensors }: GgufFile, network: NetworkBlocks): void {
  const known = new Set<string>();
  for (const { kind, tensors: specs } of weightsOf(network))
    for (const spec of specs) {
      known.add(spec.name);
      const { type } = checkTensor(tensors, spec);
      if (kind === 'vector' && type !== 'F32')
        throw configError(`The vector "${spec.name}" is of type ${type}.`, 'Vectors are F32.');
    }
  for (const name of tensors.keys()) {
    if (!known.has(name)) {
      const what = name.endsWith('.bias') ? 'a bias' : 'a tensor';
      throw configError(
        `The file has ${what} "${name}", which has no place in this network.`,
        'Every tensor must be used, for none may be ignored.',
      );
    }
  }
}

function checkTensor(tensors: ReadonlyMap<string, TensorInfo>, { name, shape }: TensorSpec): TensorInfo {
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
  return tensor;
}
