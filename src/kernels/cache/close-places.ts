import source from '../../../shaders/cache/close-places.wgsl?raw';
import loadF16 from '../../../shaders/lib/load-pair.f16.wgsl?raw';
import loadF32 from '../../../shaders/lib/load-pair.f32.wgsl?raw';
import storeF16 from '../../../shaders/lib/store-pair.f16.wgsl?raw';
import storeF32 from '../../../shaders/lib/store-pair.f32.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { ropePart } from '../rope.ts';
import { stepStatePart } from '../step-layout.ts';

/** Gives what is cached its rank as its place after a cut, and turns the keys with it; see the WGSL. */
export const closePlaces = defineKernel({
  name: 'cache/close-places',
  source,
  params: { layer: 'u32', policy: 'u32', sequences: 'u32', turns_at: 'u32' },
  bindings: { state: 'read_write', cache: 'read_write', vectors: 'read' },
  constants: { KV_HEADS: 'u32', HEAD_DIM: 'u32', ROPE_PAIRS: 'u32' },
  includes: ({ kv }: { readonly kv: KvType }) => [
    stepStatePart,
    ...cacheParts(kv),
    ropePart,
    { name: `lib/load-pair.${kv}`, text: kv === 'f16' ? loadF16 : loadF32 },
    { name: `lib/store-pair.${kv}`, text: kv === 'f16' ? storeF16 : storeF32 },
  ],
  grid: ({ sequences }, { KV_HEADS }) => [Number(KV_HEADS), sequences],
});
