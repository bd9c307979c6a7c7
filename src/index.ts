/** Winnow in the browser. Importing it has no effect. */

import type { BenchHost } from './bench/bench-host.ts';
import type { Engine, EngineOptions, ModelSource, TokenizerApi } from './core/api.ts';
import { UsageError } from './core/errors.ts';
import { browserEnvironment } from './engine/browser-environment.ts';
import { createEngineIn } from './engine/engine.ts';
import { inspectModelIn, openTokenizerIn, type InspectOptions, type ModelInspection } from './engine/inspect.ts';
import { recordStepIn, type RecordedStep, type RecordStepOptions } from './engine/recorded-step.ts';

/**
 * Creates an engine on this thread; a page should prefer `createWorkerEngine`, which never blocks it.
 * A model by URL or name is kept in the browser's storage (OPFS), so that the next visit needs no network.
 * @throws ModelFileError, CapabilityError, MemoryError, StorageError, UsageError, AbortedError: each has a stable `code`.
 */
export const createEngine = (options: EngineOptions): Promise<Engine> => createEngineIn(browserEnvironment, options);

/**
 * Records a step of a model with its methods, to be read: nothing runs on the device.
 * @throws UsageError for options out of range; ModelFileError, CapabilityError, StorageError as createEngine does
 */
export const recordStep = (options: RecordStepOptions): Promise<RecordedStep> =>
  recordStepIn(browserEnvironment, options);

/** Reads a model's header; a model by URL or name is stored first, as for an engine. @throws ModelFileError, StorageError */
export const inspectModel = (model: ModelSource, options?: InspectOptions): Promise<ModelInspection> =>
  inspectModelIn(browserEnvironment, model, options);

/** The tokenizer and chat template of a model file, which is stored first; no GPU is needed. */
export const openTokenizer = (model: ModelSource, signal?: AbortSignal): Promise<TokenizerApi> =>
  openTokenizerIn(browserEnvironment, model, signal);

/** What the benchmark needs of Node; here for code that is built for both. @throws UsageError always */
export function nodeBenchHost(): BenchHost {
  throw new UsageError({
    code: 'usage-option',
    happened: 'nodeBenchHost() was called outside of Node.',
    expected: 'A page gives the benchmark a host of its own.',
    todo: 'Pass `{ provider, createEngine, environment, memory }` as docs/performance.md and the Bench page do.',
  });
}

export type { DispatchFacts, RecordedStep, RecordStepOptions } from './engine/recorded-step.ts';
export type { InspectOptions, ModelInspection } from './engine/inspect.ts';
export type { LayerConfig, ModelConfig } from './models/model-config.ts';
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
