import text from '../../shaders/lib/cache-slot.wgsl?raw';
import type { WgslPart } from '../gpu/wgsl.ts';

/** The include with the words of a slot, for kernels that move slots; it stands behind the cache parts. */
export const cacheSlotPart: WgslPart = { name: 'lib/cache-slot', text };
