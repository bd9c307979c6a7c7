/** An evaluation as a page or a script runs it: loads the model, reads the text, evaluates, and says where it was done. */

import type { Engine, EngineOptions } from '../../core/api.ts';
import { UsageError } from '../../core/errors.ts';
import { runtimeOf } from '../../engine/engine.ts';
import { VERSION } from '../../engine/version.ts';
import type { BenchHost } from '../bench-host.ts';
import type { EvalProgress, EvalRecord, EvalRecordSettings } from './eval-record.ts';
import type { EvalRun } from './eval-result.ts';
import { evaluate, settingText, type EvalSetting } from './evaluate.ts';
import { readSetting } from './read-setting.ts';

export interface RunEvalOptions {
  readonly host: Pick<BenchHost, 'createEngine' | 'environment'>;
  readonly engine: Omit<EngineOptions, 'onProgress' | 'signal' | 'context'>;
  readonly text: string;
  readonly settings: Omit<EvalRecordSettings, 'model'>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvalProgress) => void) | undefined;
  /** Told of what is finished so far, from the dense run on; kept by who aborts. */
  readonly onPartial?: ((record: EvalRecord) => void) | undefined;
}

/**
 * Evaluates methods on a text with a model that is loaded for it, and gives everything back.
 * @throws UsageError for methods that make no sense, or a text that is too short; errors of loading; AbortedError
 */
export async function runEval(options: RunEvalOptions): Promise<EvalRecord> {
  const { host, text, settings, signal, onProgress, onPartial } = options;
  const all = allSettings(settings);
  const { prefill, decode, seed, mass } = settings;
  onProgress?.({ stage: 'load', label: 'loading the model', done: 0, total: 0 });
  const engine = await host.createEngine({
    ...options.engine,
    context: prefill + decode + 1,
    ...(signal && { signal }),
    onProgress: ({ stage, loadedBytes, totalBytes }) =>
      onProgress?.({ stage: 'load', label: stage, done: loadedBytes, total: totalBytes }),
  });
  try {
    const ids = await engine.tokenizer.encode(text, { bos: true });
    const head = await headOf(engine, options);
    const finished: EvalRun[] = [];
    let dense: EvalRecord['dense'] | undefined;
    const tell = (): void => {
      if (dense) onPartial?.({ ...head, dense, runs: [...finished] });
    };
    const result = await evaluate(engine, {
      ids,
      prefill,
      decode,
      settings: all,
      mass,
      seed,
      signal,
      onProgress: (run, runs, done) =>
        onProgress?.(
          run === 0
            ? { stage: 'dense', label: 'the text with dense attention', done, total: 1 }
            : {
                stage: 'methods',
                label: `${settingText(all[run - 1]!)}: run ${run} of ${runs - 1}`,
                done: run - 1 + decodedShare(done, prefill, decode),
                total: runs - 1,
              },
        ),
      onDense: (loss) => {
        dense = loss;
        tell();
      },
      onRun: (run) => {
        finished.push(run);
        tell();
      },
    });
    return { ...head, dense: result.dense, runs: result.runs };
  } finally {
    await engine.dispose();
  }
}

/** Every setting once. */
function allSettings({ methods, budgets }: Omit<EvalRecordSettings, 'model'>): EvalSetting[] {
  const all = methods.flatMap((text) => readSetting(text, budgets));
  if (all.length === 0)
    throw new UsageError({
      code: 'usage-option',
      happened: 'No method was given to evaluate.',
      expected: 'At least one.',
      todo: 'Add one.',
    });
  return [...new Map(all.map((setting) => [settingText(setting), setting])).values()];
}

/** A prompt's token takes far less time than a decoded one: this much of it, for an estimate of the time that is left. */
const PROMPT_TOKEN = 1 / 8;

/** The share of a run's time, from the share of its tokens. */
function decodedShare(done: number, prefill: number, decode: number): number {
  const fed = done * (prefill + decode);
  return (Math.min(fed, prefill) * PROMPT_TOKEN + Math.max(0, fed - prefill)) / (prefill * PROMPT_TOKEN + decode);
}

/** What is known before anything is evaluated. */
async function headOf(engine: Engine, { host, settings }: RunEvalOptions): Promise<Omit<EvalRecord, 'dense' | 'runs'>> {
  const { adapter, featuresDisabled } = await engine.report();
  return {
    format: 'winnow-eval',
    formatVersion: 1,
    date: new Date().toISOString(),
    environment: {
      version: VERSION,
      ...host.environment,
      adapter,
      software: runtimeOf(engine).gpu.software,
      featuresDisabled,
    },
    settings: { model: engine.model.name, ...settings },
  };
}
