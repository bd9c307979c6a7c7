/** Winnow in Node: the same engine, a device from the npm package `webgpu`, and models from the file system. */

import type { Engine, EngineOptions } from './core/api.ts';
import { checkSupportIn, type Support, type SupportOptions } from './engine/check-support.ts';
import { createEngineIn } from './engine/engine.ts';
import { recordStepIn, type RecordedStep, type RecordStepOptions } from './engine/recorded-step.ts';
import { nodeEnvironment } from './node/node-environment.ts';

/**
 * Creates an engine. The model is a path, a URL (read in place), or a name of the manifest.
 * @throws ModelFileError, CapabilityError, MemoryError, StorageError, UsageError, AbortedError: each has a stable `code`.
 */
export const createEngine = (options: EngineOptions): Promise<Engine> => createEngineIn(nodeEnvironment, options);

/**
 * Records a step of a model with its methods, to be read: of the file only the header is read, and nothing runs on the device.
 * @throws UsageError for options out of range; ModelFileError, CapabilityError, StorageError as createEngine does
 */
export const recordStep = (options: RecordStepOptions): Promise<RecordedStep> => recordStepIn(nodeEnvironment, options);

/**
 * Tells whether an engine can run here, and if not, what is missing and why; before anything is loaded.
 * @throws AbortedError, and UsageError for wrong options; whatever is missing is no error but the answer
 */
export const checkSupport = (options?: SupportOptions): Promise<Support> =>
  checkSupportIn((asked) => nodeEnvironment.provider(asked), options);

export type { Support, SupportOptions } from './engine/check-support.ts';
export type { DispatchFacts, RecordedStep, RecordStepOptions } from './engine/recorded-step.ts';
export { nodeBenchHost } from './node/bench-host.ts';
export { inspectModel, openTokenizer } from './node/inspect.ts';
export type { InspectOptions, ModelInspection } from './engine/inspect.ts';
export type { LayerConfig, ModelConfig } from './models/model-config.ts';
export { createWorkerEngine } from './worker/client.ts';
export type { WorkerEngineOptions } from './worker/client.ts';
export { serveEngine } from './worker/host.ts';
// Node keeps no models: the list is empty, and nothing is removed. The names are there for code that is built for both.
export { askPersistence, listStored, removeStored } from './weights/storage.ts';
export type { StoredFile } from './weights/storage.ts';
export { MANIFEST } from './weights/manifest.ts';
export type { ManifestModel } from './weights/manifest.ts';
export { VERSION } from './engine/version.ts';
export * from './core/errors.ts';
export type * from './core/api.ts';
