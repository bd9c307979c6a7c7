import appendCache from '../../shaders/lib/append.cache.wgsl?raw';
import appendStaging from '../../shaders/lib/append.staging.wgsl?raw';
import type { WgslPart } from '../gpu/wgsl.ts';
import type { KvType } from './cache-layout.ts';
import { KV_FORMATS } from './kv-formats/index.ts';

/** How keys and values leave a kernel: into the cache, or, where the format packs whole heads or `staged`, into the staging buffer. */
export function appendParts(kv: KvType, staged = false): readonly WgslPart[] {
  const { pairs } = KV_FORMATS[kv];
  return pairs && !staged
    ? [pairs.store, { name: 'lib/append.cache', text: appendCache }]
    : [{ name: 'lib/append.staging', text: appendStaging }];
}
