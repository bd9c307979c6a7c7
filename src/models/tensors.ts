/** What a network takes from a file: tensors, and the matrices and vectors that its kernels read them as. */

import type { LinearRole } from '../kernels/linear/tuning.ts';
import type { LayerConfig } from './model-config.ts';
import { sourceRow, type RowOrder } from './row-order.ts';

/** A tensor of the file: its name, and its shape in ggml's order (row length first). */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * How the rows of several tensors make matrices. 'stacked': below each other, neighbours of one type in one matrix.
 * 'interleaved': by turns in one matrix where the types agree, else a matrix each, of role 'project'.
 * 'sharded': one tensor, as row shards where it is larger than a binding.
 */
export type Join = 'stacked' | 'interleaved' | 'sharded';

/** Rows [from, from + count) of a tensor, which a matrix has in one piece, in this order. */
export interface RowRange {
  readonly tensor: TensorSpec;
  readonly from: number;
  readonly count: number;
  readonly order?: RowOrder | undefined;
}

/** A matrix of the network. The very value that a block declares is what its weights are found by. */
export interface MatrixSpec {
  readonly kind: 'matrix';
  readonly role: LinearRole;
  readonly tensors: readonly TensorSpec[];
  readonly join: Join;
  /** What is joined: by default each tensor whole. Ranges of a tensor 'sharded' cannot be named. */
  readonly ranges?: readonly RowRange[];
  /** Of role 'qkv': the heads whose rows it has, and their place among the layers of the configuration. */
  readonly heads?: LayerConfig;
  readonly layer?: number;
  /** Of role 'qkv': what is added to its products, and the norm that its keys go through. */
  readonly bias?: VectorSpec;
  readonly keyNorm?: { readonly gain: VectorSpec; readonly width: number };
  /** What it is multiplied with, for bounds of its products; undefined = nothing is known. */
  readonly inputs?: MatrixInputs;
}

/** Where the inputs of a matrix come from: what can be said about how large they get. */
export type MatrixInputs =
  /** RMS-normed rows times `gain`: of n of them the squares add up to n at most before the gain. */
  | { readonly from: 'norm'; readonly gain: VectorSpec }
  /** Averages of the values that `qkv` gives, for each query head. */
  | { readonly from: 'attention'; readonly qkv: MatrixSpec }
  /** silu(g) * u of the two tensors of a matrix whose inputs are normed. */
  | { readonly from: 'gate'; readonly gateUp: MatrixSpec };

/** A short array of f32, made of no tensor, of one as it is, or of several. */
export interface VectorSpec {
  readonly kind: 'vector';
  readonly tensors: readonly TensorSpec[];
  /** @param values of the tensors @param context most positions of a conversation */
  make(values: readonly Float32Array[], context: number): Float32Array;
}

export type WeightSpec = MatrixSpec | VectorSpec;

/** One tensor as a matrix. */
export const matrix = (
  role: LinearRole,
  name: string,
  columns: number,
  rows: number,
  join: Join = 'stacked',
): MatrixSpec => ({ kind: 'matrix', role, tensors: [{ name, shape: [columns, rows] }], join });

/** One tensor as a vector, in the order of the rows that it belongs to. */
export const vector = (name: string, length: number, order?: RowOrder): VectorSpec => ({
  kind: 'vector',
  tensors: [{ name, shape: [length] }],
  make: ([values]) => (order ? values!.map((_, i) => values![sourceRow(order, i)]!) : values!),
});

/** The ranges that a matrix joins. */
export const rangesOf = ({ ranges, tensors }: MatrixSpec): readonly RowRange[] =>
  ranges ??
  tensors.map((tensor) => ({
    tensor,
    from: 0,
    count: tensor.shape.slice(1).reduce((product, size) => product * size, 1),
  }));
