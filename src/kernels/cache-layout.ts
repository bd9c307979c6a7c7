import cacheLayout from '../../shaders/lib/cache-layout.wgsl?raw';
import type { KvType } from '../core/kv-types.ts';
import type { WgslPart } from '../gpu/wgsl.ts';
import { KV_FORMATS } from './kv-formats/index.ts';

export type { KvType };

/** Slots of a page: one attention tile. */
export const PAGE_SLOTS = 64;

/** The includes of kernels that read or write the cache; they need the constants KV_HEADS and HEAD_DIM. */
export const cacheParts = (kv: KvType): readonly WgslPart[] => [
  KV_FORMATS[kv].part,
  { name: 'lib/cache-layout', text: cacheLayout },
];

/** 32-bit words of a key or a value of `headDim` elements, a multiple of 4. */
export const headWords = (kv: KvType, headDim: number): number => (headDim / 4) * KV_FORMATS[kv].quadWords;

/** Where a page's positions begin, in words: [kvHeads][64] of them. */
export const positionWord = (kv: KvType, kvHeads: number, headDim: number): number =>
  2 * kvHeads * PAGE_SLOTS * headWords(kv, headDim);

/** Where a page's scales begin, in words: [2][kvHeads][64] f32, of the keys and of the values, in formats that have any. */
export const scaleWord = (kv: KvType, kvHeads: number, headDim: number): number =>
  positionWord(kv, kvHeads, headDim) + kvHeads * PAGE_SLOTS;

/** 32-bit words of one page of a layer, as `lib/cache-layout` lays it out. */
export const pageWords = (kv: KvType, kvHeads: number, headDim: number): number =>
  scaleWord(kv, kvHeads, headDim) + KV_FORMATS[kv].scales * kvHeads * PAGE_SLOTS;

/** Bytes of a slot's key and value with their scales, for one KV head. */
export const slotBytes = (kv: KvType, headDim: number): number =>
  8 * headWords(kv, headDim) + 4 * KV_FORMATS[kv].scales;
