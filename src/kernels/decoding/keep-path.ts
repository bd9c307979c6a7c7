import source from '../../../shaders/decoding/keep-path.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { cacheSlotPart } from '../cache-slot.ts';
import { stepStatePart } from '../step-layout.ts';
import { draftTreePart } from './draft-tree.ts';

/** Moves keys and values of the accepted paths together, in one layer. */
export const keepPath = defineKernel({
  name: 'decoding/keep-path',
  source,
  params: { layer: 'u32', trees: 'u32' },
  bindings: { state: 'read', trees: 'read', cache: 'read_write' },
  constants: { KV_HEADS: 'u32', HEAD_DIM: 'u32' },
  includes: ({ kv }: { readonly kv: KvType }) => [stepStatePart, ...cacheParts(kv), cacheSlotPart, draftTreePart],
  grid: ({ trees }, { KV_HEADS }) => [Number(KV_HEADS), trees],
});
