/** Messages between the page and the worker that measures. */

import type { EngineOptions, ModelSource, SerializedError } from 'winnow-llm';
import type { BenchProgress, BenchResult, BenchSettings } from 'winnow-llm/bench/records';

export interface StartMessage {
  readonly type: 'start';
  readonly settings: Partial<BenchSettings>;
  /** Absent where the model is not measured. */
  readonly model?: ModelSource;
  readonly adapter: Pick<EngineOptions, 'adapter' | 'disable'>;
  readonly environment: { readonly commit?: string; readonly runtime: string; readonly platform: string };
}

export type ToWorker =
  | StartMessage
  | { readonly type: 'abort' }
  /** The answer to 'memory'; null where the browser does not tell. */
  | { readonly type: 'memory'; readonly bytes: number | null };

export type FromWorker =
  | { readonly type: 'progress'; readonly progress: BenchProgress }
  /** What is finished so far. */
  | { readonly type: 'partial'; readonly result: BenchResult }
  | { readonly type: 'done'; readonly result: BenchResult }
  | { readonly type: 'failed'; readonly error: SerializedError }
  /** Asks for the memory of page and worker, which only a page can measure. */
  | { readonly type: 'memory' };
