import cacheLayout from '../../shaders/lib/cache-layout.wgsl?raw';
import kvF16 from '../../shaders/lib/kv.f16.wgsl?raw';
import kvF32 from '../../shaders/lib/kv.f32.wgsl?raw';
import kvQ8 from '../../shaders/lib/kv.q8.wgsl?raw';
import type { KvType } from '../core/api.ts';
import type { WgslPart } from '../gpu/wgsl.ts';

export type { KvType };

/** The ways to store them. */
export const KV_TYPES: readonly KvType[] = ['f16', 'f32', 'q8'];

/** Slots of a page: one attention tile. */
export const PAGE_SLOTS = 64;

/** Per way to store: its include, the 32-bit words of four neighbouring elements, and the scales of a slot. */
const STORED: Record<KvType, { readonly text: string; readonly quadWords: number; readonly scales: number }> = {
  f16: { text: kvF16, quadWords: 2, scales: 0 },
  f32: { text: kvF32, quadWords: 4, scales: 0 },
  q8: { text: kvQ8, quadWords: 1, scales: 2 },
};

/** The includes of kernels that read or write the cache; they need the constants KV_HEADS and HEAD_DIM. */
export const cacheParts = (kv: KvType): readonly WgslPart[] => [
  { name: `lib/kv.${kv}`, text: STORED[kv].text },
  { name: 'lib/cache-layout', text: cacheLayout },
];

/** 32-bit words of a key or a value of `headDim` elements, a multiple of 4. */
export const headWords = (kv: KvType, headDim: number): number => (headDim / 4) * STORED[kv].quadWords;

/** Where a page's positions begin, in words: [kvHeads][64] of them. */
export const positionWord = (kv: KvType, kvHeads: number, headDim: number): number =>
  2 * kvHeads * PAGE_SLOTS * headWords(kv, headDim);

/** Where a page's scales begin, in words: with q8 [2][kvHeads][64] f32, of the keys and of the values. */
export const scaleWord = (kv: KvType, kvHeads: number, headDim: number): number =>
  positionWord(kv, kvHeads, headDim) + kvHeads * PAGE_SLOTS;

/** 32-bit words of one page of a layer, as `lib/cache-layout` lays it out. */
export const pageWords = (kv: KvType, kvHeads: number, headDim: number): number =>
  scaleWord(kv, kvHeads, headDim) + STORED[kv].scales * kvHeads * PAGE_SLOTS;

/** Bytes of a slot's key and value with their scales, for one KV head. */
export const slotBytes = (kv: KvType, headDim: number): number => 8 * headWords(kv, headDim) + 4 * STORED[kv].scales;
