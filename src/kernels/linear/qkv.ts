import rope from '../../../shaders/lib/rope.wgsl?raw';
import storeF16 from '../../../shaders/lib/store-pair.f16.wgsl?raw';
import storeF32 from '../../../shaders/lib/store-pair.f32.wgsl?raw';
import source from '../../../shaders/linear/qkv.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { stepStatePart } from '../step-layout.ts';
import { LINEAR_CONSTANTS, linearGrid, linearParts, type LinearIncludes } from './variant.ts';

/** Queries, keys and values with RoPE and the append to the cache as the epilogue of one matvec or matmul. */
export const qkv = defineKernel({
  name: 'linear/qkv',
  source,
  params: {
    blocks: 'u32',
    outputs: 'u32',
    columns: 'u32',
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
  },
  constants: [...LINEAR_CONSTANTS, 'Q_HEADS', 'KV_HEADS', 'HEAD_DIM', 'ROPE_PAIRS'],
  includes: ({ kv, ...variant }: LinearIncludes & { kv: KvType }) => [
    stepStatePart,
    ...cacheParts(kv),
    { name: `lib/store-pair.${kv}`, text: kv === 'f16' ? storeF16 : storeF32 },
    { name: 'lib/rope', text: rope },
    ...linearParts(variant),
  ],
  grid: ({ outputs, columns }, _constants, { shape }) => linearGrid(outputs, columns, shape),
});
