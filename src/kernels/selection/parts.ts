import bounds from '../../../shaders/lib/selection/bounds.wgsl?raw';
import writeList from '../../../shaders/lib/selection/write-list.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';

/** The include with the layout of key bounds and what writes them. */
export const boundsPart: WgslPart = { name: 'lib/selection/bounds', text: bounds };

/** The include that lists what a workgroup has chosen. */
export const writeListPart: WgslPart = { name: 'lib/selection/write-list', text: writeList };
