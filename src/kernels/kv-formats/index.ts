import type { KvType } from '../../core/kv-types.ts';
import { f16 } from './f16.ts';
import { f32 } from './f32.ts';
import type { KvFormat } from './format.ts';
import { q8 } from './q8.ts';

/** The ways to store keys and values. */
export const KV_FORMATS: Readonly<Record<KvType, KvFormat>> = { f16, f32, q8 };

export { RANDOM_SCALE, type KvFormat, type PackedHead } from './format.ts';
