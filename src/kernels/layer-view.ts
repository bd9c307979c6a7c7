import type { GpuArray } from '../gpu/array.ts';
import type { KvType } from './cache-layout.ts';
import type { StepLayout } from './step-layout.ts';

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
  readonly kv: KvType;
  /** The layer's pages (lib/cache-layout). */
  readonly cache: GpuArray;
  /** The step state (lib/step-state). */
  readonly state: GpuArray;
  readonly stepLayout: StepLayout;
  /** The tables of its rotary positions (lib/rope): where they lie, and how many pairs of a head turn. */
  readonly turns?: { readonly vectors: GpuArray; readonly at: number; readonly pairs: number };
}
