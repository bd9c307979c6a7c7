import type { GpuArray } from '../gpu/array.ts';
import type { TunedMatrix } from '../kernels/linear/tuned-matrix.ts';
import type { ModelConfig } from './model-config.ts';

/** Rows [firstRow, firstRow + outputs) of a larger matrix: a shard below the binding limit, or a part of one type. */
export interface MatrixPart extends TunedMatrix {
  readonly firstRow: number;
}

/** The weights of a layer as its kernels take them. Vectors are offsets in vec4f into `NetworkWeights.vectors`. */
export interface LayerWeights {
  readonly attentionNormAt: number;
  readonly turnsAt: number;
  /** Rows of [Q | K | V], in one part where the types agree. */
  readonly qkv: readonly MatrixPart[];
  readonly output: TunedMatrix;
  readonly ffnNormAt: number;
  /** Rows of gate and up alternating, or the two apart where their types differ. */
  readonly gateUp: TunedMatrix | { readonly gate: TunedMatrix; readonly up: TunedMatrix };
  readonly down: TunedMatrix;
}

/** Everything a network's plans bind, other than the step's own buffers. */
export interface NetworkWeights {
  readonly config: ModelConfig;
  readonly layers: readonly LayerWeights[];
  /** Row shards of the embedding, and of the head (the same ones where it is tied). */
  readonly embedding: readonly MatrixPart[];
  readonly head: readonly MatrixPart[];
  readonly finalNormAt: number;
  /** Norm weights and rotation tables. */
  readonly vectors: GpuArray;
}
