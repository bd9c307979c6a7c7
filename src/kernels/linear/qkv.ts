import appendCache from '../../../shaders/lib/append.cache.wgsl?raw';
import appendStaging from '../../../shaders/lib/append.staging.wgsl?raw';
import source from '../../../shaders/linear/qkv.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import type { WgslPart } from '../../gpu/wgsl.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { faultsPart } from '../faults.ts';
import { ropePart } from '../rope.ts';
import { KV_FORMATS } from '../kv-formats/index.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import { LINEAR_CONSTANTS, LINEAR_PARAMS, linearGrid, linearParts, type LinearIncludes } from './variant.ts';

/** How keys and values leave the kernel. */
function appendParts(kv: KvType): readonly WgslPart[] {
  const { pairs } = KV_FORMATS[kv];
  return pairs
    ? [pairs.store, { name: 'lib/append.cache', text: appendCache }]
    : [{ name: 'lib/append.staging', text: appendStaging }];
}

/**
 * Queries, keys and values with RoPE and the append to the cache as the epilogue of one matvec or matmul. Where the format
 * packs whole heads the binding `cache` is the staging buffer that `cache/quantize-append` reads, f32 [rows, 2, kvHeads, headDim].
 * What the cache cannot hold is noted for its sequence in `faults` (lib/faults).
 */
export const qkv = defineKernel({
  name: 'linear/qkv',
  source,
  params: {
    ...LINEAR_PARAMS,
    epsilon: 'f32',
    layer: 'u32',
    first_row: 'u32',
    gain_at: 'u32',
    turns_at: 'u32',
  },
  bindings: {
    codes: 'read',
    aux: 'read',
    x: 'read',
    vectors: 'read',
    state: 'read',
    query: 'read_write',
    cache: 'read_write',
    faults: 'read_write',
  },
  constants: { ...LINEAR_CONSTANTS, Q_HEADS: 'u32', KV_HEADS: 'u32', HEAD_DIM: 'u32', ROPE_PAIRS: 'u32' },
  includes: ({ kv, ...variant }: LinearIncludes & { kv: KvType }) => [
    stepStatePart,
    stepRowsPart,
    ...cacheParts(kv),
    ...appendParts(kv),
    faultsPart,
    ropePart,
    ...linearParts(variant),
  ],
  grid: ({ outputs, columns }, _constants, { shape }) => linearGrid(outputs, columns, shape),
});
