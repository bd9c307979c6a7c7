import text from '../../shaders/lib/constants.wgsl?raw';
import type { WgslPart } from '../gpu/wgsl.ts';

/** The include with LOWEST, LOG2_E and LN_2. */
export const constantsPart: WgslPart = { name: 'lib/constants', text };
