import type { GpuArray } from '../gpu/array.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import type { ScoreNoise } from '../kernels/attention/observed.ts';
import type { LayerView } from '../kernels/layer-view.ts';
import type { AuxOf, DecodeSelection } from './selection.ts';

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

/** The methods of a step's rows, as far as they change which dispatches attention has. Their settings are data in the step state. */
export interface AttentionKinds {
  /** What attention notes down: nothing; of single rows, in the attention itself; or of any rows, behind it. */
  readonly observe: 'nothing' | 'rows' | 'columns';
  /** What changes some of the scores before they are noted down. */
  readonly noise: ScoreNoise | undefined;
  /** What chooses slots for decoding rows, the longest of its lists, rounded up, and whether policies observe what is read. */
  readonly selections: readonly {
    readonly selection: DecodeSelection;
    readonly listBucket: number;
    readonly observed: boolean;
  }[];
  /** The first rows of a step, among which all are that select. */
  readonly selecting: number;
  /** Selections that note something down about the rows of prompts. */
  readonly noting: readonly DecodeSelection[];
  /** Whether some row attends to all slots in some layer. */
  readonly full: boolean;
  /** Whether some sequence hides slots by a mask. */
  readonly masked: boolean;
  /** Undefined but for measurements. */
  readonly observer?: AttentionObserver | undefined;
}

/** What methods work with in one layer. Scratch is for `capacity` slots of at most 8 rows, or of those that may select. */
export interface MethodArrays {
  /** Scratch of f32: raw scores, at least [rows, qHeads, capacity], as vectors of four heads where attention notes them. */
  readonly scores: GpuArray;
  /** Scratch, u32 [rows, kvHeads, capacity + 1]: how many slots a row reads, then the slots. */
  readonly selected: GpuArray;
  /** Scratch, f32 [rows, qHeads] for all rows of a step: log-sum-exp of noisy scores. */
  readonly noisyLse: GpuArray;
  /** What methods keep beside the pages. */
  readonly aux: AuxOf;
  /** What a selection keeps from step to step. */
  memory(selection: DecodeSelection): GpuArray | undefined;
}

/** Looks on behind the attention of every layer, to measure what it did. */
export interface AttentionObserver {
  readonly name: string;
  encode(recorder: PlanRecorder, layer: LayerView, arrays: AttentionArrays, shape: AttentionShape): void;
}

/** The methods of a step. */
export interface StepMethods {
  readonly kinds: AttentionKinds;
  readonly capacity: number;
  /** The number that stands in the step state for a selection. */
  kindOf(selection: DecodeSelection): number;
  arrays(layer: LayerView): MethodArrays;
}

/** The buckets of a plan: what is larger than the buckets never occurs in it. */
export interface AttentionShape {
  /** Rows of the step, rounded up. */
  readonly rows: number;
  /** Slots of the longest (sequence, head), this step's included; a power of two, at least 64. */
  readonly lengthBucket: number;
  /** Undefined: every row attends to every visible slot, and nothing is noted down. */
  readonly methods?: StepMethods | undefined;
  /** Whether a sequence of the step may have a mask. */
  readonly masked?: boolean;
  /** Whether the rows are nodes of draft trees. Default false. */
  readonly trees?: boolean;
}

/** How the rows of a step attend to the cache; the step's own keys and values are in it already. */
export interface AttentionBackend {
  /** Records the dispatches of one layer. */
  encode(recorder: PlanRecorder, layer: LayerView, arrays: AttentionArrays, shape: AttentionShape): void;
}
