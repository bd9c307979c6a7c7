import text from '../../shaders/lib/constants.wgsl?raw';
import type { WgslPart } from '../gpu/wgsl.ts';

/** The include with LOWEST, LOG2_E, LN_2 and NO_NUMBER, and with `is_number`. */
export const constantsPart: WgslPart = { name: 'lib/constants', text };
