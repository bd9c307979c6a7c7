import type { EvictionPolicy } from '../cache/policy.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import { evict, EvictScope } from '../kernels/cache/evict.ts';
import type { LayerView } from '../kernels/layer-view.ts';
import type { Caches } from './caches.ts';
import type { MethodBuffers } from './method-buffers.ts';
import type { MethodIds, SequenceMethods } from './sequence-methods.ts';
import type { StepState } from './step-state.ts';

/** One dispatch of each layer when sequences are cut. */
export interface EvictionCut {
  readonly policy: EvictionPolicy;
  readonly scope: EvictScope;
}

export interface EvictionParts {
  readonly caches: Caches;
  readonly state: StepState;
  readonly methodIds: MethodIds;
  readonly methodBuffers: MethodBuffers;
}

/** What cutting sequences of these methods takes: each kind of policy and scope once. */
export function evictionCuts(methods: readonly SequenceMethods[]): EvictionCut[] {
  const cuts = new Map<string, EvictionCut>();
  for (const { cache } of methods) {
    if (!cache) continue;
    const { policy, budget } = cache;
    const scope = policy.scope === 'layer' ? 'layer' : budget.floor > 0 ? 'joint' : 'head';
    cuts.set(cutName({ policy, scope }), { policy, scope });
  }
  return [...cuts.values()].toSorted((a, b) => (cutName(a) < cutName(b) ? -1 : 1));
}

/** A cut in words: part of its plan's key. */
export const cutName = ({ policy, scope }: EvictionCut): string =>
  `${policy.name} per ${scope}${policy.positions === 'rank' ? ' by rank' : ''}`;

/** Appends what cuts every sequence that is due: a dispatch for each layer and cut. */
export function encodeEviction(
  recorder: PlanRecorder,
  layers: readonly LayerView[],
  cuts: readonly EvictionCut[],
  { caches, state, methodIds, methodBuffers }: EvictionParts,
): void {
  for (const layer of layers)
    for (const { policy, scope } of cuts) {
      const cache = caches.of(layer.kv);
      const mass = policy.observes ? cache.side(layer.layer, 'mass') : undefined;
      recorder.add(
        'evict',
        evict.call({
          params: {
            layer: layer.layer,
            policy: methodIds.of(policy.name),
            force: 0,
            sequences: state.layout.maxSequences,
          },
          constants: {
            KV_HEADS: layer.kvHeads,
            HEAD_DIM: layer.headDim,
            SCOPE: EvictScope[scope],
            MASS: mass !== undefined,
          },
          variant: { kv: layer.kv, score: policy.score },
          bindings: {
            state: layer.state,
            cache: layer.cache,
            mass: mass ?? methodBuffers.nothing(),
            keys: methodBuffers.evictionKeys(Math.max(...cache.pages)),
          },
        }),
      );
    }
}
