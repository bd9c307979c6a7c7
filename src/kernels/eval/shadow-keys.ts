import source from '../../../shaders/eval/shadow-keys.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';

/** Keeps a copy of every key, for measuring what eviction leaves out. */
export const shadowKeys = defineKernel({
  name: 'eval/shadow-keys',
  source,
  params: { layer: 'u32', rows: 'u32', capacity: 'u32' },
  bindings: { state: 'read', cache: 'read', keys: 'read_write' },
  constants: { KV_HEADS: 'u32', HEAD_DIM: 'u32' },
  includes: ({ kv }: { readonly kv: KvType }) => [stepStatePart, stepRowsPart, ...cacheParts(kv)],
  grid: ({ rows }, { KV_HEADS }) => [Number(KV_HEADS), rows],
});
