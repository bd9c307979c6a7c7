import type { BenchProgress, BenchResult } from 'winnow-llm/bench/records';
import { runWorker } from '../../shared/worker-run.ts';
import type { FromWorker, StartMessage, ToWorker } from '../worker-protocol.ts';
import { pageMemory } from './page-memory.ts';

export interface Measurement {
  readonly message: StartMessage;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BenchProgress) => void;
  /** What is finished so far. */
  readonly onPartial: (result: BenchResult) => void;
}

/** Measures in a worker that lives for this run alone. Rejects with an error that has the three sentences of a problem. */
export function measureInWorker({ message, signal, onProgress, onPartial }: Measurement): Promise<BenchResult> {
  const worker = new Worker(new URL('../bench-worker.ts', import.meta.url), { type: 'module', name: 'winnow-bench' });
  return runWorker<FromWorker, BenchResult>({
    worker,
    message,
    signal,
    onSaid: (said, answer) => {
      switch (said.type) {
        case 'progress':
          return onProgress(said.progress);
        case 'partial':
          return onPartial(said.result);
        case 'memory':
          return void pageMemory().then((bytes) => answer({ type: 'memory', bytes } satisfies ToWorker));
        default:
          return said satisfies never;
      }
    },
  });
}
