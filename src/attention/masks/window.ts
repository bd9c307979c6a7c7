import { u32 } from '../../core/settings.ts';

/** The setting of masks that show the newest positions. */
export const WINDOW = u32('required', {
  min: 1,
  says: 'newest positions that are visible, the token itself counted',
});
