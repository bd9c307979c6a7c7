import type { GpuArray } from '../gpu/array.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import type { LayerView } from '../kernels/layer-view.ts';

/** What a selection works with besides the layer's cache. */
export interface SelectionArrays {
  /** f32 [rows, qHeads, headDim], rotated, not scaled. */
  readonly query: GpuArray;
  /** Scratch of `slotScoresElements(rows, qHeads, capacity)` f32. */
  readonly scores: GpuArray;
  /** Result, u32 [rows, kvHeads, capacity + 1]: how many slots the row reads, then the slots. */
  readonly selected: GpuArray;
  /**
   * What a selection keeps from step to step, u32 [sequences, memoryWords]; undefined where it keeps nothing. Word 0 of a
   * sequence is set to 0 when the sequence begins and when its length is lowered: then nothing is kept.
   */
  readonly memory: GpuArray | undefined;
  /** Key bounds of blocks of 16 slots, f32 [pages, kvHeads, headDim / 4, 2, 4, 4]: lib/selection/bounds; undefined without `bounds`. */
  readonly bounds: GpuArray | undefined;
}

export interface SelectionShape {
  /** Rows that may select, at most 8: they are the first of the step. */
  readonly rows: number;
  /** Slots of the longest (sequence, head), this step's included; a power of two, at least 64. */
  readonly lengthBucket: number;
  /** Slots that `scores` and `selected` have room for, per row and head. */
  readonly capacity: number;
  /** Whether a sequence of the step may have a mask. */
  readonly masked?: boolean;
}

/** A `theta` that no cosine reaches: every row chooses anew. */
export const NEVER = 2;

/** f32 elements of `bounds`. */
export const boundsElements = (pages: number, kvHeads: number, headDim: number): number =>
  pages * kvHeads * 8 * headDim;

/** Settings that a selection reads from the step state; they are never compiled in. */
export interface SelectionSettings {
  /** Slots to choose, or pages. */
  readonly count: number;
  readonly sinks: number;
  readonly recent: number;
  /** Layers below this one attend to all slots. */
  readonly dense: number;
  /** Tokens of a page, where whole pages are chosen: 16, 32 or 64. */
  readonly page: number;
  /** Cosine of queries from which a choice is used again; above 1 = never. */
  readonly theta: number;
}

/** Chooses the slots that a decoding row reads; nothing is evicted. */
export interface DecodeSelection {
  readonly name: string;
  /** Tells apart selections of one name whose kernels differ. */
  readonly variant?: string;
  readonly settings: SelectionSettings;
  /** Whether all KV heads of a layer read the same slots. */
  readonly shared: boolean;
  /** Whether it needs key bounds, and how many words of memory for a sequence and layer. */
  readonly bounds: boolean;
  memoryWords(layer: Pick<LayerView, 'qHeads' | 'kvHeads' | 'headDim'>, capacity: number): number;
  /** Records what chooses the slots of one layer for the rows whose `row_select` is `kind`. */
  encode(recorder: PlanRecorder, layer: LayerView, arrays: SelectionArrays, shape: SelectionShape, kind: number): void;
  /** Records what a step of more than 8 rows must note down in `bounds`, for all its rows; left out where that is nothing. */
  encodePrompt?(recorder: PlanRecorder, layer: LayerView, bounds: GpuArray, rows: number, kind: number): void;
  readonly parameters: Readonly<Record<string, number | string>>;
}

/** Hides slots from rows, in prompts or in decoding, by their positions alone. */
export interface AttentionMask {
  readonly name: string;
  /** Only slots less than this many positions back are visible; and the first `sinks` positions. */
  readonly window: number;
  readonly sinks: number;
  readonly parameters: Readonly<Record<string, number | string>>;
}

/** Selections with equal names here share their kernels. */
export const selectionName = ({ name, variant }: Pick<DecodeSelection, 'name' | 'variant'>): string =>
  variant === undefined ? name : `${name} ${variant}`;
