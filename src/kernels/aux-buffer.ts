import type { GpuArray } from '../gpu/array.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import { PAGE_SLOTS } from './cache-layout.ts';
import type { LayerView } from './layer-view.ts';

/** Sequences whose auxiliary buffer is computed anew: those of one kind of selection or, with 0, all; and the most slots they hold. */
export interface RebuildScope {
  readonly sequence: number;
  readonly sequences: number;
  readonly kind: number;
  readonly slots: number;
}

/** What a method keeps beside the pages of a layer, under the same page numbers; allocated when a method first asks for it. */
export interface AuxSpec {
  /** In labels; specs are told apart by themselves. */
  readonly name: string;
  /** Bytes beside a page. */
  pageBytes(layer: { readonly kvHeads: number; readonly headDim: number }): number;
  /**
   * Records what computes it anew from a layer's cache, as lengths in the step state say: behind a cut, and for a cache that
   * was filled by other means than steps. Undefined: it moves with the slots.
   */
  readonly rebuild?: (recorder: PlanRecorder, layer: LayerView, buffer: GpuArray, scope: RebuildScope) => void;
}

/** f32 [pages, kvHeads, 64]: what attention noted down about a slot for an eviction policy. */
export const massBuffer: AuxSpec = {
  name: 'mass',
  pageBytes: ({ kvHeads }) => kvHeads * PAGE_SLOTS * 4,
};
