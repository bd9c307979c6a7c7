import source from '../../../shaders/cache/close-places.wgsl?raw';
import { invariant } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';
import type { WgslPart } from '../../gpu/wgsl.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { ropePart } from '../rope.ts';
import { KV_FORMATS } from '../kv-formats/index.ts';
import { stepStatePart } from '../step-layout.ts';

/** How pairs of keys are read and written. */
function pairParts(kv: KvType): readonly WgslPart[] {
  const { pairs } = KV_FORMATS[kv];
  invariant(pairs !== undefined, () => `keys in ${kv} cannot be turned`);
  return [pairs.load, pairs.store];
}

/** Gives what is cached its rank as its place after a cut, and turns the keys with it; see the WGSL. */
export const closePlaces = defineKernel({
  name: 'cache/close-places',
  source,
  params: { layer: 'u32', policy: 'u32', sequences: 'u32', turns_at: 'u32' },
  bindings: { state: 'read_write', cache: 'read_write', vectors: 'read' },
  constants: { KV_HEADS: 'u32', HEAD_DIM: 'u32', ROPE_PAIRS: 'u32' },
  includes: ({ kv }: { readonly kv: KvType }) => [stepStatePart, ...cacheParts(kv), ropePart, ...pairParts(kv)],
  grid: ({ sequences }, { KV_HEADS }) => [Number(KV_HEADS), sequences],
});
