import { selectionName, type DecodeSelection } from '../../attention/selection.ts';
import { encodeEviction } from '../../cache/encode-eviction.ts';
import { policyName, type EvictionPolicy } from '../../cache/policy.ts';
import type { PlanRecorder } from '../../gpu/plan.ts';
import { massBuffer } from '../../kernels/aux-buffer.ts';
import { turnsOf, type LayerView } from '../../kernels/layer-view.ts';
import type { Caches } from '../memory/caches.ts';
import type { MethodBuffers } from './method-buffers.ts';
import {
  cutRule,
  selectionKind,
  type LayerHeads,
  type MethodIds,
  type SequenceMethods,
} from '../memory/sequence-methods.ts';
import type { StepState } from '../memory/step-state.ts';

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
  readonly state: StepState;
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

/** What a selection keeps beside the pages and a cut makes wrong, and the most slots that a sequence of it then holds. */
export interface CutRebuild {
  readonly selection: DecodeSelection;
  /** A power of two. */
  readonly slots: number;
}

/** What must be computed anew behind a cut of sequences of these methods. */
export function cutRebuilds(methods: readonly SequenceMethods[], config: LayerHeads): CutRebuild[] {
  const rebuilds = new Map<string, CutRebuild>();
  for (const one of methods) {
    const { select } = one;
    const rule = cutRule(one, config);
    if (!rule || !select?.aux.some(({ rebuild }) => rebuild)) continue;
    const most = Math.max(...rule.budgets) * rule.spread;
    const name = selectionName(select);
    const slots = Math.max(64, 2 ** Math.ceil(Math.log2(most)), rebuilds.get(name)?.slots ?? 0);
    rebuilds.set(name, { selection: select, slots });
  }
  return [...rebuilds.values()].toSorted((a, b) => (rebuildName(a) < rebuildName(b) ? -1 : 1));
}

/** It in words: part of the key of the plan that cuts. */
export const rebuildName = ({ selection, slots }: CutRebuild): string => `${selectionName(selection)} anew to ${slots}`;

/** A cut in words: part of its plan's key. */
export const cutName = ({ policy, joint }: EvictionCut): string => `${policyName(policy)}${joint ? ' jointly' : ''}`;

/** Appends what cuts every sequence that is due, in all layers. */
export function encodeEvictions(
  recorder: PlanRecorder,
  layers: readonly LayerView[],
  { cuts, rebuilds }: { readonly cuts: readonly EvictionCut[]; readonly rebuilds: readonly CutRebuild[] },
  { caches, methodIds, methodBuffers, state }: EvictionParts,
): void {
  for (const layer of layers) recorder.inLayer(layer.layer, () => encodeCuts(layer));

  function encodeCuts(layer: LayerView): void {
    const cache = caches.of(layer.kv);
    for (const { policy, joint } of cuts) {
      const { vectors, at, pairs } = turnsOf(layer);
      encodeEviction(
        recorder,
        layer,
        policy,
        {
          mass: (policy.observes && cache.aux(layer.layer, massBuffer)) ?? methodBuffers.nothing(),
          keys: methodBuffers.evictionKeys(Math.max(...cache.pages)),
          rope: { vectors, turnsAt: at, pairs },
        },
        { number: methodIds.of(policyName(policy)), joint },
      );
    }
    for (const { selection, slots } of rebuilds)
      for (const spec of selection.aux)
        spec.rebuild?.(recorder, layer, cache.aux(layer.layer, spec)!, {
          sequence: 0,
          sequences: state.room,
          kind: methodIds.of(selectionKind(selection, layer.kv)),
          slots,
        });
  }
}
