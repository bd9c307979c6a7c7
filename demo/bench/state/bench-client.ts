import type { BenchProgress, BenchResult } from 'winnow-llm/bench';
import type { FromWorker, StartMessage, ToWorker } from '../worker-protocol.ts';
import { pageMemory } from './page-memory.ts';

/** How long an aborted worker may take to give back what it holds before it is ended. */
const GRACE_MS = 3000;

export interface Measurement {
  readonly message: StartMessage;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BenchProgress) => void;
  /** What is finished so far. */
  readonly onPartial: (result: BenchResult) => void;
}

/** Measures in a worker that lives for this run alone. Rejects with an error that has the three sentences of a problem. */
export function measureInWorker({ message, signal, onProgress, onPartial }: Measurement): Promise<BenchResult> {
  return new Promise<BenchResult>((resolve, reject) => {
    const worker = new Worker(new URL('../bench-worker.ts', import.meta.url), { type: 'module', name: 'winnow-bench' });
    // A worker has no target origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    const say = (what: ToWorker): void => worker.postMessage(what);
    const end = (settle: () => void): void => {
      clearTimeout(grace);
      signal.removeEventListener('abort', onAbort);
      worker.terminate();
      settle();
    };
    let grace: ReturnType<typeof setTimeout> | undefined;
    const onAbort = (): void => {
      say({ type: 'abort' });
      grace = setTimeout(() => end(() => reject(signal.reason)), GRACE_MS);
    };
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      switch (data.type) {
        case 'progress':
          return onProgress(data.progress);
        case 'partial':
          return onPartial(data.result);
        case 'memory':
          return void pageMemory().then((bytes) => say({ type: 'memory', bytes }));
        case 'done':
          return end(() => resolve(data.result));
        case 'failed':
          return end(() => reject(Object.assign(new Error(data.error.happened), data.error)));
        default:
          return data satisfies never;
      }
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      end(() => reject(workerFailed(event.message)));
    });
    signal.addEventListener('abort', onAbort);
    say(message);
    if (signal.aborted) onAbort();
  });
}

const workerFailed = (message: string | undefined): Error =>
  Object.assign(new Error('The worker failed.'), {
    code: 'worker-failed',
    happened: `The worker that measures failed${message ? `: ${message}` : ' to start'}.`,
    expected: 'It starts, and reports its own errors.',
    todo: 'Reload the page; if it happens again, the browser may be too old for module workers.',
  });
