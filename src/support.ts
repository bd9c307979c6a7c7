/** Whether an engine can run here, asked before its code is loaded. Importing it has no effect. */

import { checkSupportIn, type Support, type SupportOptions } from './engine/check-support.ts';

/**
 * Tells whether an engine can run on this page, and if not, what is missing and why; before anything is loaded.
 * @throws AbortedError, and UsageError for wrong options; whatever is missing is no error but the answer
 */
export const checkSupport = (options?: SupportOptions): Promise<Support> =>
  checkSupportIn(async () => globalThis.navigator?.gpu, options);

export type { Support, SupportOptions } from './engine/check-support.ts';
