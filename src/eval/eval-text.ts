import type { EvalText } from './eval-record.ts';

/** The longest text that is saved with a result. */
export const MAX_SAVED_TEXT = 1500;

/** A text as a saved evaluation describes it; a short one is part of it. */
export const describeText = (name: string, content: string): EvalText => ({
  name,
  characters: content.length,
  ...(content.length <= MAX_SAVED_TEXT && { content }),
});
