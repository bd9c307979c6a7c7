import text from '../../../shaders/lib/radix-select.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';

/** The include with `sort_key` and `select_top`, the k best of n items in one workgroup; what it asks of the includer stands in it. */
export const radixSelectPart: WgslPart = { name: 'lib/radix-select', text };
