import { invariant } from '../core/invariant.ts';
import type { GpuArray } from '../gpu/array.ts';
import type { ScoreNoise } from './attention/observed.ts';
import type { KvType } from './cache-layout.ts';

/** What the steps of a plan note down about a layer for eviction policies, and where. */
export interface LayerObservation {
  /** f32 [pages, kvHeads, 64], by the page ids of the layer's cache: what a policy knows of a slot. */
  readonly mass: GpuArray;
  /**
   * Scratch of the decoding kernels, f32 [rows, qHeads, capacity]; undefined where a sequence may have several rows in a
   * step: then column sums follow attention.
   */
  readonly scores: GpuArray | undefined;
  /** Slots of a row and head in `scores`, at least the plan's lengthBucket. */
  readonly capacity: number;
  /** What changes the scores of sequences that want it, and scratch of the column sums, f32 [rows, qHeads]; undefined: none does. */
  readonly noise: (ScoreNoise & { readonly lse: GpuArray }) | undefined;
}

/** Where the tables of a layer's rotary positions lie, and how many pairs of a head turn. */
export interface LayerTurns {
  readonly vectors: GpuArray;
  readonly at: number;
  readonly pairs: number;
}

/** One layer of the network as attention and cache methods see it. */
export interface LayerView {
  /** Its index in the step state: lengths and page tables are per layer. */
  readonly layer: number;
  readonly qHeads: number;
  readonly kvHeads: number;
  /** Query heads of each KV head: qHeads / kvHeads. */
  readonly groupSize: number;
  /** Elements of a head; a multiple of 4. */
  readonly headDim: number;
  /** A row sees only slots less than this many positions before it; 0 = all of them. */
  readonly window: number;
  /** What scores are multiplied with before the softmax; 1 / sqrt(headDim) unless given. */
  readonly scale?: number | undefined;
  /** Scores end softly at it, after they were scaled; 0 or left out = nowhere. */
  readonly softCap?: number | undefined;
  /** A row reads all that its sequence brings in the step, not only what is before it. */
  readonly looksAhead?: boolean | undefined;
  readonly kv: KvType;
  /** The layer's pages (lib/cache-layout). */
  readonly cache: GpuArray;
  /** The step state (lib/step-state). */
  readonly state: GpuArray;
  /** The sequences of a step are below this number. */
  readonly sequences: number;
  /** The tables of its rotary positions (lib/rope), for what turns keys: see `turnsOf`. */
  readonly turns?: LayerTurns | undefined;
  /** Undefined: nothing is noted down, which costs nothing. */
  readonly observe?: LayerObservation | undefined;
}

/** The turns of a layer, for kernels that turn keys. @throws where it has none: its plan is wrong. */
export function turnsOf({ layer, turns }: LayerView): LayerTurns {
  invariant(turns !== undefined, () => `layer ${layer} has no turns`);
  return turns;
}

/** What the scores of a layer are multiplied with. */
export const scaleOf = ({ scale, headDim }: LayerView): number => scale ?? 1 / Math.sqrt(headDim);

/** The constants that every attention kernel takes from a layer. */
export const layerConstants = (
  { kvHeads, groupSize, headDim, window, softCap = 0, looksAhead = false }: LayerView,
  masked = false,
) => ({
  KV_HEADS: kvHeads,
  GROUP: groupSize,
  HEAD_DIM: headDim,
  WINDOW: window,
  MASKED: masked,
  BIDIRECTIONAL: looksAhead,
  SOFT_CAP: softCap,
});
