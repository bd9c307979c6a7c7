import text from '../../shaders/lib/rope.wgsl?raw';
import type { WgslPart } from '../gpu/wgsl.ts';
import { u32Constants, withConstants } from './wgsl-constants.ts';

/** A turn is that of a position below this, times that of a multiple of it: the two parts of the table. */
export const TURN_SPAN = 64;

/** The include with `rotate`; it needs the constant ROPE_PAIRS, and the kernel binds `vectors : array<vec4f>`. */
export const ropePart: WgslPart = { name: 'lib/rope', text: withConstants(text, u32Constants({ TURN_SPAN })) };
