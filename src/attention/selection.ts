import { distinctName } from '../core/distinct-name.ts';
import type { MethodText } from '../core/method-text.ts';
import type { SettingValues } from '../core/settings.ts';
import type { GpuArray } from '../gpu/array.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import type { AuxSpec } from '../kernels/aux-buffer.ts';
import type { LayerView } from '../kernels/layer-view.ts';
import type { MethodWords } from '../kernels/method-words.ts';

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
  readonly aux: AuxOf;
}

/** What a method keeps beside the layer's pages; undefined where nobody asked for it. */
export type AuxOf = (spec: AuxSpec) => GpuArray | undefined;

export interface SelectionShape {
  /** Rows that may select: they are the first of the step. */
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

/** Chooses the slots that a decoding row reads; nothing is evicted. */
export interface DecodeSelection {
  readonly name: string;
  /** What it was made by: what tells it apart from others of its name. */
  readonly method: MethodText;
  /** Tells apart selections of one method whose kernels differ. */
  readonly variant?: string;
  /** Layers below this one attend to all slots. */
  readonly dense: number;
  /** The most slots of a KV head that a row reads where they are chosen. */
  readonly mostSlots: number;
  /** Slots of a page where whole pages are chosen. */
  readonly pageSlots?: number;
  /** Whether all KV heads of a layer read the same slots. */
  readonly shared: boolean;
  /** What it needs beside the pages. */
  readonly aux: readonly AuxSpec[];
  /** Words of memory for a sequence and layer. */
  memoryWords(layer: Pick<LayerView, 'qHeads' | 'kvHeads' | 'headDim'>, capacity: number): number;
  /** Records what chooses the slots of one layer for the rows whose `row_select` is `kind`. */
  encode(recorder: PlanRecorder, layer: LayerView, arrays: SelectionArrays, shape: SelectionShape, kind: number): void;
  /** Records what a step of more than 8 rows must note down beside the pages, for all its rows; left out where that is nothing. */
  encodePrompt?(recorder: PlanRecorder, layer: LayerView, aux: AuxOf, rows: number, kind: number): void;
  readonly parameters: Readonly<Record<string, number | string>>;
  /** Its own words in the step state, and the values that they are made of. */
  readonly words: MethodWords;
  readonly values: SettingValues;
}

/** Hides slots from rows, in prompts or in decoding, by their positions alone. */
export interface AttentionMask {
  readonly name: string;
  /** Only slots less than this many positions back are visible; and the first `sinks` positions. */
  readonly window: number;
  readonly sinks: number;
  readonly parameters: Readonly<Record<string, number | string>>;
}

/** What tells selections apart whose kernels differ: a name, and what it stands for. */
export const selectionName = ({
  name,
  variant,
  method,
}: Pick<DecodeSelection, 'name' | 'variant' | 'method'>): string =>
  distinctName('selection', variant === undefined ? name : `${name} ${variant}`, method);
