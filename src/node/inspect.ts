import type { ModelSource, TokenizerApi } from '../core/api.ts';
import { inspectModelIn, openTokenizerIn, type InspectOptions, type ModelInspection } from '../engine/inspect.ts';
import { nodeEnvironment } from './node-environment.ts';

/** Reads a model's header. @throws ModelFileError, StorageError */
export const inspectModel = (model: ModelSource, options?: InspectOptions): Promise<ModelInspection> =>
  inspectModelIn(nodeEnvironment, model, options);

/** The tokenizer and chat template of a model file; no GPU is needed. */
export const openTokenizer = (model: ModelSource, signal?: AbortSignal): Promise<TokenizerApi> =>
  openTokenizerIn(nodeEnvironment, model, signal);
