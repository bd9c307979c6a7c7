import text from '../../../shaders/lib/attention/window.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';

/**
 * The include that tells which slots a row sees; it needs the constants WINDOW and MASKED (whether a sequence of the step
 * may have a mask), the step state and the cache parts.
 */
export const windowPart: WgslPart = { name: 'lib/attention/window', text };
