/** A network as a value: how its files are read, and the blocks it is made of. */

import type { GgufFile } from '../weights/gguf.ts';
import type { MetadataReader } from './metadata-reader.ts';
import type { ModelConfig } from './model-config.ts';
import type { Scratch, Step } from './step.ts';
import type { TensorSpec, VectorSpec, WeightSpec } from './tensors.ts';
import type { NetworkWeights } from './weights.ts';

/** A part of a network: the weights it takes, the buffers it works in, and its dispatches. */
export interface Block {
  /** The layer that its dispatches are told under; undefined before the first and behind the last. */
  readonly layer?: number;
  readonly weights: readonly WeightSpec[];
  /** Buffers besides the shared ones; what they hold ends with the block. */
  scratch?(weights: NetworkWeights): readonly Scratch[];
  /** Appends its dispatches to the step; reads and writes the residual stream. */
  encode(step: Step): void;
}

/** The blocks of one layer of the network. */
export const inLayer = (layer: number, blocks: readonly Block[]): Block[] =>
  blocks.map((block) => ({ ...block, layer }));

/** The blocks of a configuration, in the order in which they run. */
export interface NetworkBlocks {
  readonly blocks: readonly Block[];
  /** The rope table of each layer of the configuration, which methods that move keys turn them with. */
  readonly ropeTables: readonly VectorSpec[];
  /** The buffer of a step in which the states of its rows are in the end. Default 'normed'. */
  readonly states?: 'hidden' | 'normed';
}

/** A file's header as a network reads it. */
export interface NetworkFile {
  readonly gguf: GgufFile;
  readonly architecture: string;
  /** What the file calls itself. */
  readonly name: string;
  /** The keys below `<architecture>.`. */
  readonly meta: MetadataReader;
}

/** A family of networks. */
export interface Network {
  /** The values of `general.architecture` that it reads. */
  readonly architectures: readonly string[];
  /** Keys below `<architecture>.` that it honours, or that change nothing. A file with another one is refused. */
  readonly keys: readonly string[];
  /** What a file of it is. @throws ModelFileError for what its blocks cannot do. */
  config(file: NetworkFile): ModelConfig;
  /** How the blocks go together; what the file has beyond its configuration (a bias, a scale) is an argument of theirs. */
  blocks(config: ModelConfig, file: NetworkFile): NetworkBlocks;
}

/** The network of one file. */
export interface NetworkGraph extends NetworkBlocks {
  readonly config: ModelConfig;
}

/** Every matrix and vector of a network, each once. */
export const weightsOf = ({ blocks }: NetworkBlocks): readonly WeightSpec[] => [
  ...new Set(blocks.flatMap(({ weights }) => weights)),
];

/** Every tensor of a network by its name. */
export const tensorsOf = (network: NetworkBlocks): ReadonlyMap<string, TensorSpec> =>
  new Map(weightsOf(network).flatMap(({ tensors }) => tensors.map((tensor) => [tensor.name, tensor])));
