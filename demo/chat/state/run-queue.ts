import { signal } from '@preact/signals';

/** Whether something is being answered. */
export const generating = signal(false);

let running: AbortController | undefined;
let lastRun: Promise<void> = Promise.resolve();

/** Ends what is being answered at once, with what it says so far. */
export function stop(): void {
  running?.abort();
}

/**
 * Runs one piece of answering after those before it; `work` must not throw.
 * @param onStop called at once when the visitor stops it: what the GPU still finishes concerns nobody
 */
export async function inQueue(work: (signal: AbortSignal) => Promise<void>, onStop: () => void): Promise<void> {
  const controller = new AbortController();
  const before = lastRun;
  running = controller;
  generating.value = true;
  controller.signal.addEventListener('abort', () => {
    generating.value = false;
    onStop();
  });
  lastRun = before.then(() => work(controller.signal));
  await lastRun;
  if (running === controller) generating.value = false;
}
