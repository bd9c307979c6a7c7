/** The weights of a network on the GPU, found by what its blocks declared. */

import type { GpuArray } from '../gpu/array.ts';
import type { TunedMatrix } from '../kernels/linear/tuned-matrix.ts';
import type { ModelConfig } from './model-config.ts';
import type { MatrixSpec, VectorSpec } from './tensors.ts';

/** Rows [firstRow, firstRow + outputs) of a larger matrix: a shard below the binding limit, or a part of one type. */
export interface MatrixPart extends TunedMatrix {
  readonly firstRow: number;
}

/** Everything a network's plans bind, other than the step's own buffers. */
export interface NetworkWeights {
  readonly config: ModelConfig;
  readonly matrices: ReadonlyMap<MatrixSpec, readonly MatrixPart[]>;
  /** The parts of a matrix, one where the types of its tensors agree and a binding holds it. */
  parts(matrix: MatrixSpec): readonly MatrixPart[];
  /** Where a vector lies in `vectors`, in vec4f. */
  offset(vector: VectorSpec): number;
  /** Norm weights and rope tables. */
  readonly vectors: GpuArray;
}
