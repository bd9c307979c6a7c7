import text from '../../../shaders/lib/attention/visible.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';

/**
 * The include that tells which slots a row sees; it needs the constants WINDOW and MASKED (whether a sequence of the step
 * may have a mask), the step's rows and the cache parts.
 */
export const visiblePart: WgslPart = { name: 'lib/attention/visible', text };
