import cacheLayout from '../../shaders/lib/cache-layout.wgsl?raw';
import kvF16 from '../../shaders/lib/kv.f16.wgsl?raw';
import kvF32 from '../../shaders/lib/kv.f32.wgsl?raw';
import type { WgslPart } from '../gpu/wgsl.ts';

/** How keys and values are stored. */
export type KvType = 'f16' | 'f32';

/** The ways to store them. */
export const KV_TYPES: readonly KvType[] = ['f16', 'f32'];

/** Slots of a page: one attention tile. */
export const PAGE_SLOTS = 64;

/** The includes of kernels that read or write the cache; they need the constants KV_HEADS and HEAD_DIM. */
export const cacheParts = (kv: KvType): readonly WgslPart[] => [
  kv === 'f16' ? { name: 'lib/kv.f16', text: kvF16 } : { name: 'lib/kv.f32', text: kvF32 },
  { name: 'lib/cache-layout', text: cacheLayout },
];

/** Where a page's positions begin, in words: [kvHeads][64] of them. */
export const positionWord = (kv: KvType, kvHeads: number, headDim: number): number =>
  2 * kvHeads * PAGE_SLOTS * (headDim / 2) * (kv === 'f16' ? 1 : 2);

/** 32-bit words of one page of a layer, as `lib/cache-layout` lays it out. */
export function pageWords(kv: KvType, kvHeads: number, headDim: number): number {
  return positionWord(kv, kvHeads, headDim) + kvHeads * PAGE_SLOTS;
}
