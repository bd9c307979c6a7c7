import bounds from '../../../shaders/lib/selection/bounds.wgsl?raw';
import writeList from '../../../shaders/lib/selection/write-list.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';
import { u32Constants, withConstants } from '../wgsl-constants.ts';

/** Slots of a block that has key bounds. */
export const BLOCK_SLOTS = 16;

/** The include with the layout of key bounds and what writes them. */
export const boundsPart: WgslPart = {
  name: 'lib/selection/bounds',
  text: withConstants(bounds, u32Constants({ BLOCK_SLOTS })),
};

/** The include that lists what a workgroup has chosen. */
export const writeListPart: WgslPart = { name: 'lib/selection/write-list', text: writeList };
