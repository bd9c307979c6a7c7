import { signal } from '@preact/signals';
import { announce } from './announcer.tsx';
import { lookForGpu } from './gpu-state.ts';
import { lookForKept } from './model-state.ts';
import { isAbort, toProblem, type Problem } from './problem.ts';
import type { Progress } from './progress.ts';

/** Where a page stands with its run; the results are a matter of their own. */
export type RunState =
  | { readonly phase: 'starting' }
  | { readonly phase: 'unsupported'; readonly problem: Problem }
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly progress: Progress | undefined; readonly stopping: boolean }
  | { readonly phase: 'failed'; readonly problem: Problem };

export const runState = signal<RunState>({ phase: 'starting' });

let running: AbortController | undefined;

/** Looks at the GPU and at what this browser keeps of the model. */
export async function start(): Promise<void> {
  const problem = await lookForGpu();
  runState.value = problem ? { phase: 'unsupported', problem } : { phase: 'idle' };
  if (!problem) await lookForKept();
}

/**
 * Runs `work` as the page's one run, and says how it ended.
 * @param name what runs, as the first word of a sentence: "The benchmark"
 * @returns how it ended; undefined where another run is under way
 */
export async function runOnce(
  name: string,
  work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<void>,
): Promise<'yes' | 'aborted' | 'failed' | undefined> {
  if (runState.value.phase === 'running') return undefined;
  const controller = new AbortController();
  running = controller;
  runState.value = { phase: 'running', progress: undefined, stopping: false };
  try {
    await work(controller.signal, (progress) => {
      if (runState.value.phase === 'running') runState.value = { ...runState.value, progress };
    });
    runState.value = { phase: 'idle' };
    announce(`${name} is done.`);
    return 'yes';
  } catch (error) {
    const aborted = controller.signal.aborted || isAbort(error);
    runState.value = aborted ? { phase: 'idle' } : { phase: 'failed', problem: toProblem(error) };
    announce(aborted ? `${name} was stopped.` : `${name} failed.`);
    return aborted ? 'aborted' : 'failed';
  } finally {
    running = undefined;
    void lookForKept();
  }
}

/** Ends the run; what is finished stays. */
export function stop(): void {
  if (runState.value.phase === 'running') runState.value = { ...runState.value, stopping: true };
  running?.abort();
}

/** Ends the run when the page goes away, so that the GPU is free at once. */
export function stopOnLeave(): void {
  addEventListener('pagehide', (event) => {
    if (!event.persisted) running?.abort();
  });
}
