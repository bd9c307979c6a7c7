import { invariant } from '../core/invariant.ts';
import type { GpuArray } from '../gpu/array.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import { closePlaces } from '../kernels/cache/close-places.ts';
import { evict, EvictScope } from '../kernels/cache/evict.ts';
import type { LayerView } from '../kernels/layer-view.ts';
import type { EvictionPolicy } from './policy.ts';

/** What eviction works with besides a layer's cache and the step state. */
export interface EvictionArrays {
  /** f32 [pages, kvHeads, 64]: what the policy observed of the layer's slots. For one that observes nothing any other array. */
  readonly mass: GpuArray;
  /** Scratch, u32 [pages, kvHeads, 64]; all layers may share it. */
  readonly keys: GpuArray;
  /** Where the layer's turns lie (lib/rope); read only by policies with rank positions. */
  readonly rope: { readonly vectors: GpuArray; readonly turnsAt: number; readonly pairs: number };
}

export interface EvictionDispatch {
  /** The policy's number in the step state (MethodWord.policy), at least 1. */
  readonly number: number;
  /** For the sequences with a joint budget (MethodWord.floor above 0); else for those without. */
  readonly joint: boolean;
}

/**
 * Records what cuts one layer of all sequences of a policy to their budgets: one dispatch, two with rank positions.
 * It belongs after `advance`: the newest token is then the last slot of every head. A sequence where no cut is due
 * keeps its bytes. Rank positions need the same budget in every layer, and a joint budget a policy that chooses per head.
 */
export function encodeEviction(
  recorder: PlanRecorder,
  layer: LayerView,
  policy: EvictionPolicy,
  { mass, keys, rope }: EvictionArrays,
  { number, joint }: EvictionDispatch,
): void {
  invariant(number > 0, () => 'policy 0 is none');
  invariant(
    !joint || (policy.scope === 'head' && policy.positions === 'original'),
    () => `${policy.name} has no joint budget`,
  );
  const { state, cache, kv, kvHeads, headDim } = layer;
  const shared = { layer: layer.layer, policy: number, sequences: layer.sequences };
  recorder.add(
    'cache.evict',
    evict.call({
      params: shared,
      constants: {
        KV_HEADS: kvHeads,
        HEAD_DIM: headDim,
        SCOPE: EvictScope[joint ? 'joint' : policy.scope],
        MASS: policy.observes !== undefined,
      },
      bindings: { state, cache, mass, keys },
      variant: { kv, score: policy.score },
    }),
  );
  if (policy.positions === 'rank')
    recorder.add(
      'cache.close-places',
      closePlaces.call({
        params: { ...shared, turns_at: rope.turnsAt },
        constants: { KV_HEADS: kvHeads, HEAD_DIM: headDim, ROPE_PAIRS: rope.pairs },
        bindings: { state, cache, vectors: rope.vectors },
        variant: { kv },
      }),
    );
}
