import type { BenchHost } from '../bench/bench-host.ts';
import type { Engine, EngineOptions } from '../core/api.ts';
import type { EvalProgress, EvalRecord, EvalWork, RecordHead } from './eval-record.ts';
import type { EvalSetting } from './setting-text.ts';

export interface RunEvalOptions {
  readonly host: Pick<BenchHost, 'createEngine' | 'environment'>;
  readonly engine: Omit<EngineOptions, 'onProgress' | 'signal' | 'context'>;
  /** A text whose tokens are scored, or a task whose questions are asked. */
  readonly work: EvalWork;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvalProgress) => void) | undefined;
  /** Told of what is finished so far, from the first figures on; kept by who aborts. */
  readonly onPartial?: ((record: EvalRecord) => void) | undefined;
}

/** What each kind of evaluation is given. */
export interface EvalTools extends Pick<RunEvalOptions, 'signal' | 'onProgress' | 'onPartial'> {
  readonly engine: Engine;
  readonly head: RecordHead;
  readonly all: readonly EvalSetting[];
}
