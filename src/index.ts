/** Winnow in the browser. Importing it has no effect. */

import type { Engine, EngineOptions } from './core/api.ts';
import { browserEnvironment } from './engine/browser-environment.ts';
import { checkSupportIn, type Support, type SupportOptions } from './engine/check-support.ts';
import { createEngineIn } from './engine/engine.ts';

/**
 * Creates an engine on this thread; a page should prefer `createWorkerEngine`, which never blocks it.
 * A model by URL or name is kept in the browser's storage (OPFS), so that the next visit needs no network.
 * @throws ModelFileError, CapabilityError, MemoryError, StorageError, UsageError, AbortedError: each has a stable `code`.
 */
export const createEngine = (options: EngineOptions): Promise<Engine> => createEngineIn(browserEnvironment, options);

/**
 * Tells whether an engine can run here, and if not, what is missing and why; before anything is loaded.
 * @throws AbortedError, and UsageError for wrong options; whatever is missing is no error but the answer
 */
export const checkSupport = (options?: SupportOptions): Promise<Support> =>
  checkSupportIn(async () => globalThis.navigator?.gpu, options);

export type { Support, SupportOptions } from './engine/check-support.ts';
export { createWorkerEngine } from './worker/client.ts';
export type { WorkerEngineOptions } from './worker/client.ts';
export { serveEngine } from './worker/host.ts';
export { askPersistence, listStored, removeStored } from './weights/storage.ts';
export type { StoredFile } from './weights/storage.ts';
export { MANIFEST } from './weights/manifest.ts';
export type { ManifestModel } from './weights/manifest.ts';
export { VERSION } from './engine/version.ts';
export * from './core/errors.ts';
export type * from './core/api.ts';
