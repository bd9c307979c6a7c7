import source from '../../../shaders/cache/evict.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import type { WgslPart } from '../../gpu/wgsl.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { cacheSlotPart } from '../cache-slot.ts';
import { stepStatePart } from '../step-layout.ts';
import { u32Constants, withConstants } from '../wgsl-constants.ts';
import { radixSelectPart } from './radix-select.ts';

/** Whose slots are chosen together: SCOPE of the kernel. `joint` = the heads of a layer compete, in sequences with a floor. */
export const EvictScope = { head: 0, layer: 1, joint: 2 } as const;
export type EvictScope = keyof typeof EvictScope;

/**
 * Cuts the caches of one policy's sequences in one layer to their budgets; see the WGSL for who stays and who computes what.
 * `keys` is scratch, u32 [pages, KV_HEADS, 64]; layers may share it. Places must stay below 2^32 / KV_HEADS.
 */
export const evict = defineKernel({
  name: 'cache/evict',
  source: withConstants(source, u32Constants(EvictScope, 'SCOPE')),
  params: { layer: 'u32', policy: 'u32', sequences: 'u32' },
  bindings: { state: 'read_write', cache: 'read_write', mass: 'read_write', keys: 'read_write' },
  constants: { KV_HEADS: 'u32', HEAD_DIM: 'u32', SCOPE: 'u32', MASS: 'bool' },
  includes: ({ kv, score }: { readonly kv: KvType; readonly score: readonly WgslPart[] }) => [
    stepStatePart,
    ...cacheParts(kv),
    cacheSlotPart,
    radixSelectPart,
    ...score,
  ],
  grid: ({ sequences }, { KV_HEADS, SCOPE }) => [SCOPE === EvictScope.head ? Number(KV_HEADS) : 1, sequences],
});
