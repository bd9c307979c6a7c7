/** Winnow in the browser. Importing it has no effect. */

import type { Engine, EngineOptions } from './core/api.ts';
import { browserEnvironment } from './engine/browser-environment.ts';
import { createEngineIn } from './engine/engine.ts';

/**
 * Creates an engine on this thread; a page should prefer `createWorkerEngine`, which never blocks it.
 * A model by URL or name is kept in the browser's storage (OPFS), so that the next visit needs no network.
 * @throws ModelFileError, CapabilityError, MemoryError, StorageError, UsageError, AbortedError: each has a stable `code`.
 */
export const createEngine = (options: EngineOptions): Promise<Engine> => createEngineIn(browserEnvironment, options);

export { checkSupport } from './support.ts';
export type { Support, SupportOptions } from './support.ts';
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
