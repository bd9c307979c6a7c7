import { encodeEviction } from '../cache/encode-eviction.ts';
import type { EvictionPolicy } from '../cache/policy.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import type { LayerView } from '../kernels/layer-view.ts';
import type { Caches } from './caches.ts';
import type { MethodBuffers } from './method-buffers.ts';
import type { MethodIds, SequenceMethods } from './sequence-methods.ts';

/** What stands behind a step in which sequences are cut. */
export interface EvictionCut {
  readonly policy: EvictionPolicy;
  /** For the sequences whose heads compete; else for the others. */
  readonly joint: boolean;
}

export interface EvictionParts {
  readonly caches: Caches;
  readonly methodIds: MethodIds;
  readonly methodBuffers: MethodBuffers;
}

/** What cutting sequences of these methods takes, each kind once, in a fixed order. */
export function evictionCuts(methods: readonly SequenceMethods[]): EvictionCut[] {
  const cuts = new Map<string, EvictionCut>();
  for (const { cache } of methods) {
    if (!cache) continue;
    const cut = { policy: cache.policy, joint: cache.budget.floor > 0 };
    cuts.set(cutName(cut), cut);
  }
  return [...cuts.values()].toSorted((a, b) => (cutName(a) < cutName(b) ? -1 : 1));
}

/** A cut in words: part of its plan's key. */
export const cutName = ({ policy, joint }: EvictionCut): string => `${policyName(policy)}${joint ? ' jointly' : ''}`;

/** What tells policies apart whose kernels differ. */
export const policyName = ({ name, positions }: EvictionPolicy): string =>
  positions === 'rank' ? `${name} by rank` : name;

/** Appends what cuts every sequence that is due, in all layers. */
export function encodeEvictions(
  recorder: PlanRecorder,
  layers: readonly LayerView[],
  cuts: readonly EvictionCut[],
  { caches, methodIds, methodBuffers }: EvictionParts,
): void {
  for (const layer of layers)
    for (const { policy, joint } of cuts) {
      const cache = caches.of(layer.kv);
      const { vectors, at, pairs } = layer.turns!;
      encodeEviction(
        recorder,
        layer,
        policy,
        {
          mass: (policy.observes && cache.side(layer.layer, 'mass')) ?? methodBuffers.nothing(),
          keys: methodBuffers.evictionKeys(Math.max(...cache.pages)),
          rope: { vectors, turnsAt: at, pairs },
        },
        { number: methodIds.of(policyName(policy)), joint, force: false },
      );
    }
}
