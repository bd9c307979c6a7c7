import { u32 } from '../../core/settings.ts';

/** Settings that several selections have. */
export const K = u32('required', {
  min: 1,
  says: 'slots chosen for each token, sinks and recent ones not counted',
});
export const SINKS = u32(4, { says: 'first positions that are always read' });
export const RECENT = u32(64, { min: 1, says: 'newest slots that are always read' });
export const DENSE = u32(0, { says: 'first layers that read all' });
