/** What a model is, read from a GGUF file and checked against its tensors. */

import { ModelFileError } from '../core/errors.ts';
import type { GgufFile } from '../weights/gguf.ts';
import { checkTensors } from './check-tensors.ts';
import { checkVocabulary, refuseUnknownKeys } from './decoder-config.ts';
import type { ModelConfig } from './model-config.ts';
import { configError, MetadataReader } from './metadata-reader.ts';
import type { NetworkFile, NetworkGraph } from './network.ts';
import { networks } from './networks/index.ts';

/**
 * The network of a file: its configuration and its blocks, their tensors checked for presence and shape.
 * Throws a ModelFileError: 'model-architecture' for families that are not known, 'gguf-missing-key', 'gguf-missing-tensor',
 * 'model-config' for anything that cannot be honoured. Nothing in the file is silently ignored.
 */
export function readNetwork(gguf: GgufFile): NetworkGraph {
  const general = new MetadataReader(gguf.metadata, 'general.');
  const architecture = general.text('architecture');
  const network = networks.get(architecture);
  if (!network) {
    throw new ModelFileError({
      code: 'model-architecture',
      happened: `The architecture "${architecture}" is not supported yet.`,
      expected: `Models of these architectures can be run: ${[...networks.keys()].join(', ')}.`,
      todo: 'Choose a model of one of them, for example SmolLM2 or Llama 3.2.',
    });
  }
  refuseParts(gguf);
  const file: NetworkFile = {
    gguf,
    architecture,
    name: general.optionalText('name') ?? 'unnamed model',
    meta: new MetadataReader(gguf.metadata, `${architecture}.`),
  };
  refuseUnknownKeys(file.meta, network.keys);
  const config = network.config(file);
  const made = network.blocks(config, file);
  checkTensors(gguf, made);
  checkVocabulary(file, config.vocab);
  return { config, ...made };
}

/** The configuration of a file; throws what `readNetwork` throws. */
export const readConfig = (gguf: GgufFile): ModelConfig => readNetwork(gguf).config;

/** Files that are not a whole model: adapters, and parts of a split one. */
function refuseParts(gguf: GgufFile): void {
  const meta = new MetadataReader(gguf.metadata, '');
  const type = meta.optionalText('general.type');
  if (type !== undefined && type !== 'model') {
    throw configError(`The file holds a "${type}".`, 'A whole model was expected.');
  }
  const parts = meta.optionalCount('split.count', 2 ** 16) ?? 1;
  if (parts > 1)
    throw configError(`The file is one of ${parts} parts of a model.`, 'One file with the whole model was expected.');
}
