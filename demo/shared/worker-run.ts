import type { SerializedError } from 'winnow-llm';

/** How long an aborted worker may take to give back what it holds before it is ended. */
const GRACE_MS = 3000;

/** What every worker of a run says at its end. */
type Ending<Result> =
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'failed'; readonly error: SerializedError };

/**
 * Runs a worker for one task: gives it its message, hands on what it says, and ends it when it is done, has failed, or
 * was told to abort and had time to. Rejects with an error that has the three sentences of a problem.
 */
export function runWorker<Said extends { readonly type: string }, Result>(options: {
  readonly worker: Worker;
  /** Sent first; an abort is `{ type: 'abort' }`. */
  readonly message: object;
  readonly signal: AbortSignal;
  readonly onSaid: (said: Exclude<Said, Ending<Result>>, answer: (message: object) => void) => void;
}): Promise<Result> {
  const { worker, message, signal, onSaid } = options;
  return new Promise<Result>((resolve, reject) => {
    // A worker has no target origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    const say = (what: object): void => worker.postMessage(what);
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
    worker.addEventListener('message', ({ data }: MessageEvent<Said | Ending<Result>>) => {
      if (data.type === 'done') return end(() => resolve((data as { result: Result }).result));
      if (data.type === 'failed') {
        const { error } = data as { error: SerializedError };
        return end(() => reject(Object.assign(new Error(error.happened), error)));
      }
      return onSaid(data as Exclude<Said, Ending<Result>>, say);
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
