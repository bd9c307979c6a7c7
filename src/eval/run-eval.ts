/** An evaluation as a page or a script runs it: loads the model, evaluates, and says where it was done. */

import { checkHost } from '../bench/bench-host.ts';
import { checkObject } from '../core/check-options.ts';
import type { EvalRecord, EvalWork } from './eval-record.ts';
import type { EvalTools, RunEvalOptions } from './eval-tools.ts';
import { lossRecord } from './loss-record.ts';
import { recordHead } from './record-head.ts';
import { settingsAsked } from './settings-asked.ts';
import { taskRecord } from './task-record.ts';
import { contextFor } from './tasks.ts';

/**
 * Evaluates methods with a model that is loaded for it, and gives everything back.
 * @throws UsageError for methods or a task that make no sense, or a text that is too short; errors of loading; AbortedError
 */
export async function runEval(options: RunEvalOptions): Promise<EvalRecord> {
  checkObject(options);
  const { host, work, signal, onProgress, onPartial } = options;
  checkHost(host);
  checkObject(work);
  const all = settingsAsked(work.settings);
  onProgress?.({ stage: 'load', label: 'loading the model', done: 0, total: 0 });
  const engine = await host.createEngine({
    ...options.engine,
    context: room(work),
    ...(signal && { signal }),
    onProgress: ({ stage, loadedBytes, totalBytes }) =>
      onProgress?.({ stage: 'load', label: stage, done: loadedBytes, total: totalBytes }),
  });
  try {
    const tools: EvalTools = { engine, head: await recordHead(engine, host), all, signal, onProgress, onPartial };
    return await (work.kind === 'loss' ? lossRecord(work, tools) : taskRecord(work, tools));
  } finally {
    await engine.dispose();
  }
}

/** Tokens that the engine's context must hold. */
function room(work: EvalWork): number {
  if (work.kind === 'task') return contextFor(work.settings.lengths);
  return work.settings.prefill + work.settings.decode + 1;
}
