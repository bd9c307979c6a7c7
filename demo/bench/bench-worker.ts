/** Measures on a thread of its own, so that the page stays smooth and does not disturb what is measured. */

import { createEngine, serializeError } from 'winnow-llm';
import { runBench } from 'winnow-llm/bench';
import { type BenchHost } from 'winnow-llm/bench/records';
import type { FromWorker, StartMessage, ToWorker } from './worker-protocol.ts';

const abort = new AbortController();
let tellMemory: ((bytes: number | null) => void) | undefined;
const say = (message: FromWorker): void => postMessage(message);

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'start') void measure(data);
  else if (data.type === 'abort') abort.abort();
  else tellMemory?.(data.bytes);
});

async function measure({ settings, model, adapter, environment }: StartMessage): Promise<void> {
  const host: BenchHost = {
    provider: async () => navigator.gpu,
    createEngine,
    environment,
    memory: () =>
      new Promise((resolve) => {
        tellMemory = resolve;
        say({ type: 'memory' });
      }),
  };
  try {
    const result = await runBench({
      host,
      settings,
      ...(model === undefined ? { adapter } : { engine: { ...adapter, model } }),
      signal: abort.signal,
      onProgress: (progress) => say({ type: 'progress', progress }),
      onPartial: (partial) => say({ type: 'partial', result: partial }),
    });
    say({ type: 'done', result });
  } catch (error) {
    say({ type: 'failed', error: serializeError(error) });
  }
}
