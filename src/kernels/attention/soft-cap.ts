import text from '../../../shaders/lib/attention/soft-cap.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';

/** The include with `soft_capped`; it needs the constant SOFT_CAP, 0 where the layer has no cap. */
export const softCapPart: WgslPart = { name: 'lib/attention/soft-cap', text };
