import type { AttentionBackend, StepMethods } from '../attention/backend.ts';
import type { GpuArray } from '../gpu/array.ts';
import type { LayerView } from '../kernels/layer-view.ts';
import type { tunedVariant } from '../kernels/linear/tuned-matrix.ts';
import type { NetworkWeights } from './network.ts';

/** The buffers a step works in; all f32 but one, rows first. */
export interface Activations {
  readonly hidden: GpuArray;
  /** Normalised rows, where the norm is not folded into a matvec. */
  readonly normed: GpuArray;
  /** Rows as int8, where a matmul takes them so. */
  readonly int8: GpuArray;
  readonly query: GpuArray;
  /** Keys and values of the rows before they are appended, where qkv does not append them itself. */
  readonly staging: GpuArray;
  readonly attention: GpuArray;
  readonly partials: GpuArray;
  readonly lse: GpuArray;
  readonly ffn: GpuArray;
  /** Gate rows, where gate and up run apart. */
  readonly gate: GpuArray;
  readonly logits: GpuArray;
  readonly blockMax: GpuArray;
  /** Token counts for penalties, then masks; see `lib/penalties`. */
  readonly counts: GpuArray;
}

export interface StepShape {
  /** Row bucket. */
  readonly rows: number;
  /** Logit row bucket; 0 = no logits. */
  readonly logitRows: number;
  /** A power of two that no length exceeds. */
  readonly lengthBucket: number;
  /** Whether the head writes block maxima, which the sampler needs. */
  readonly maxima: boolean;
  /** What the rows' methods need of attention; undefined = nothing. */
  readonly methods?: StepMethods | undefined;
}

export interface StepContext {
  readonly weights: NetworkWeights;
  readonly activations: Activations;
  readonly state: GpuArray;
  /** Per layer: the cache and the shape of its heads. */
  readonly layers: readonly LayerView[];
  readonly attention: AttentionBackend;
  /** The kernel shape for so many rows of a matrix, or of the head; see `tunedVariant`. */
  readonly variantOf: typeof tunedVariant;
}
