/** Messages between the page and the worker that evaluates. */

import type { EngineOptions, ModelSource, SerializedError } from 'winnow-llm';
import type { EvalProgress, EvalRecord, EvalWork } from 'winnow-llm/eval/records';
import type { RunEvalOptions } from 'winnow-llm/eval';

export interface StartMessage {
  readonly type: 'start';
  readonly model: ModelSource;
  readonly adapter: Pick<EngineOptions, 'adapter' | 'disable'>;
  readonly work: EvalWork;
  readonly environment: RunEvalOptions['host']['environment'];
}

export type ToWorker = StartMessage | { readonly type: 'abort' };

export type FromWorker =
  | { readonly type: 'progress'; readonly progress: EvalProgress }
  /** What is finished so far. */
  | { readonly type: 'partial'; readonly record: EvalRecord }
  | { readonly type: 'done'; readonly result: EvalRecord }
  | { readonly type: 'failed'; readonly error: SerializedError };
