/** Evaluates on a thread of its own: the engine is looked into, and the page stays smooth. */

import { createEngine, serializeError } from 'winnow-llm';
import { runEval } from 'winnow-llm/eval';
import type { FromWorker, StartMessage, ToWorker } from './worker-protocol.ts';

const abort = new AbortController();
const say = (message: FromWorker): void => postMessage(message);

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'start') void evaluate(data);
  else abort.abort();
});

async function evaluate({ model, adapter, work, environment }: StartMessage): Promise<void> {
  try {
    const result = await runEval({
      host: { createEngine, environment },
      engine: { ...adapter, model },
      work,
      signal: abort.signal,
      onProgress: (progress) => say({ type: 'progress', progress }),
      onPartial: (record) => say({ type: 'partial', record }),
    });
    say({ type: 'done', result });
  } catch (error) {
    say({ type: 'failed', error: serializeError(error) });
  }
}
