/** What a network's blocks are recorded with: the shape of a step, the buffers and the weights. */

import type { AttentionBackend, StepMethods } from '../attention/backend.ts';
import type { GpuArray } from '../gpu/array.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import type { LayerView } from '../kernels/layer-view.ts';
import type { tunedVariant } from '../kernels/linear/tuned-matrix.ts';
import type { NetworkWeights } from './weights.ts';

/** A buffer that blocks of one name share: each writes it before it reads it. */
export interface Scratch {
  readonly name: string;
  /** f32 numbers for a step of at most so many rows. */
  readonly floats: (rows: number) => number;
}

/** The buffers a step works in; all f32 but one, rows first. */
export interface Activations {
  /** The residual stream [rows, hidden]. */
  readonly hidden: GpuArray;
  /** Normalised rows [rows, hidden], where the norm is not folded into a matvec. */
  readonly normed: GpuArray;
  /** Rows as int8, where a matmul takes them so. */
  readonly int8: GpuArray;
  readonly logits: GpuArray;
  readonly blockMax: GpuArray;
  /** Token counts for penalties and masks, see `lib/penalties`; made anew when more sequences need them. */
  counts: GpuArray;
  /** What went wrong with a sequence's keys and values, see `lib/faults`. */
  readonly faults: GpuArray;
  /** Bytes of all of them. */
  readonly bytes: number;
  /** The buffer of this name, which a block has declared. */
  scratch(scratch: Scratch): GpuArray;
}

/** The buckets of a plan. */
export interface StepShape {
  /** Row bucket. */
  readonly rows: number;
  /** Logit row bucket; 0 = no logits. */
  readonly logitRows: number;
  /** A power of two that no length exceeds. */
  readonly lengthBucket: number;
  /** Whether the last norm is taken of all rows, for their states are wanted. */
  readonly states?: boolean;
  /** Whether the head writes block maxima, which the sampler needs. */
  readonly maxima: boolean;
  /** Draft trees whose nodes the rows are; 0: the rows of a sequence follow each other. */
  readonly trees: number;
  /** What the rows' methods need of attention; undefined = nothing. */
  readonly methods?: StepMethods | undefined;
}

/** What a step is recorded on. */
export interface StepContext {
  readonly weights: NetworkWeights;
  readonly activations: Activations;
  readonly state: GpuArray;
  /** Per layer with attention: the cache and the shape of its heads. */
  readonly layers: readonly LayerView[];
  readonly attention: AttentionBackend;
  /** The kernel shape for so many rows of a matrix; see `tunedVariant`. */
  readonly variantOf: typeof tunedVariant;
}

/** A step as a block is recorded into it. */
export interface Step extends StepContext {
  readonly recorder: PlanRecorder;
  readonly shape: StepShape;
}
