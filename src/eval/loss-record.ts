import type { EvalWork, LossRecord } from './eval-record.ts';
import type { EvalRun } from './eval-result.ts';
import { evaluate } from './evaluate.ts';
import type { EvalTools } from './eval-tools.ts';
import { settingText } from './setting-text.ts';

/** Evaluates continuation loss, and tells of progress and of what is finished. */
export async function lossRecord(
  { text, settings }: Extract<EvalWork, { kind: 'loss' }>,
  { engine, head, all, signal, onProgress, onPartial }: EvalTools,
): Promise<LossRecord> {
  const { prefill, decode, seed, mass } = settings;
  const ids = await engine.tokenizer.encode(text, { bos: true });
  const finished: EvalRun[] = [];
  let dense: LossRecord['dense'] | undefined;
  const recordOf = (result: Pick<LossRecord, 'dense' | 'runs'>): LossRecord => ({
    ...head,
    kind: 'loss',
    settings: { model: engine.model.name, ...settings },
    ...result,
  });
  const tell = (): void => {
    if (dense) onPartial?.(recordOf({ dense, runs: [...finished] }));
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
  return recordOf({ dense: result.dense, runs: result.runs });
}

/** A prompt's token takes far less time than a decoded one: this much of it, for an estimate of the time that is left. */
const PROMPT_TOKEN = 1 / 8;

/** The share of a run's time, from the share of its tokens. */
function decodedShare(done: number, prefill: number, decode: number): number {
  const fed = done * (prefill + decode);
  return (Math.min(fed, prefill) * PROMPT_TOKEN + Math.max(0, fed - prefill)) / (prefill * PROMPT_TOKEN + decode);
}
