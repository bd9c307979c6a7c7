import type { EvalProgress, EvalRecord } from 'winnow-llm/eval/records';
import { runWorker } from '../../shared/worker-run.ts';
import type { FromWorker, StartMessage } from '../worker-protocol.ts';

export interface Evaluation {
  readonly message: StartMessage;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: EvalProgress) => void;
  /** What is finished so far. */
  readonly onPartial: (record: EvalRecord) => void;
}

/** Evaluates in a worker that lives for this run alone. Rejects with an error that has the three sentences of a problem. */
export function evaluateInWorker({ message, signal, onProgress, onPartial }: Evaluation): Promise<EvalRecord> {
  const worker = new Worker(new URL('../lab-worker.ts', import.meta.url), { type: 'module', name: 'winnow-lab' });
  return runWorker<FromWorker, EvalRecord>({
    worker,
    message,
    signal,
    onSaid: (said) => (said.type === 'progress' ? onProgress(said.progress) : onPartial(said.record)),
  });
}
