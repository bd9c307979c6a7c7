import type { GpuArray } from '../gpu/array.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import type { LayerView } from '../kernels/layer-view.ts';

/** What attention reads and writes besides the layer's cache. */
export interface AttentionArrays {
  /** f32 [rows, qHeads, headDim], rotated, not scaled. */
  readonly query: GpuArray;
  /** f32 [rows, qHeads, headDim]; rows that are not valid keep what is there. */
  readonly output: GpuArray;
  /** Scratch for splits; see `partialsBytes`. */
  readonly partials: GpuArray;
  /** f32 [rows, qHeads]: natural log of the sum of exp(scaled score) over the visible slots. */
  readonly lse: GpuArray;
}

/** The buckets of a plan: what is larger than the buckets never occurs in it. */
export interface AttentionShape {
  /** Rows of the step, rounded up. */
  readonly rows: number;
  /** Slots of the longest (sequence, head), this step's included; a power of two, at least 64. */
  readonly lengthBucket: number;
  /** Whether a sequence of the step may have a mask. */
  readonly masked?: boolean;
}

/** How the rows of a step attend to the cache; the step's own keys and values are in it already. */
export interface AttentionBackend {
  /** Records the dispatches of one layer. */
  encode(recorder: PlanRecorder, layer: LayerView, arrays: AttentionArrays, shape: AttentionShape): void;
}
