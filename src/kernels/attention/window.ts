import text from '../../../shaders/lib/attention/window.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';

/** The include that tells which slots a window shows; it needs the constant WINDOW and the cache parts. */
export const windowPart: WgslPart = { name: 'lib/attention/window', text };
