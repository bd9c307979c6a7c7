import text from '../../../shaders/lib/sequence-end.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';

/** The include with `is_stop(sequence, token)`; it stands behind `lib/step-state`. */
export const sequenceEndPart: WgslPart = { name: 'lib/sequence-end', text };
