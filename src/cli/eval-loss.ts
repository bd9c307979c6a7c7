/** `winnow eval --text-file` and `--ids-file`: how well a text is still predicted. */

import type { LossAsked } from '../eval/eval-record.ts';
import type { EvalResult, EvalRun } from '../eval/eval-result.ts';
import { describeText } from '../eval/eval-text.ts';
import type { EvaluateOptions } from '../eval/evaluate.ts';
import type { EvalSetting } from '../eval/setting-text.ts';
import { settingText } from '../eval/setting-text.ts';
import { readIdsFile, readTextFile } from './inputs.ts';
import type { CliContext, Session } from './session.ts';
import type { Terminal } from './terminal.ts';

export interface LossFlags {
  readonly textFile?: string;
  readonly idsFile?: string;
  readonly prefill?: number;
  readonly decode?: number;
  readonly mass?: boolean;
  readonly seed?: number;
}

/** A text, or ids of one, with the name of its file. */
export type Fed = { readonly name: string } & ({ readonly content: string } | { readonly ids: readonly number[] });

/** Tokens that are read and scored, with the defaults. */
export const lengthsOf = ({ prefill = 1024, decode = 512 }: LossFlags): Pick<LossAsked, 'prefill' | 'decode'> => ({
  prefill,
  decode,
});

/** Reads the file that one of the two flags names. */
export async function readFed(terminal: Terminal, { textFile, idsFile = '' }: LossFlags): Promise<Fed> {
  if (textFile === undefined) return { name: baseName(idsFile), ids: await readIdsFile(terminal, idsFile) };
  return { name: baseName(textFile), content: await readTextFile(terminal, textFile) };
}

const baseName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

/**
 * Evaluates the settings; `show` is given the result and what was asked for, or what was finished of it before an
 * interruption or a failure.
 * @throws what the run failed with
 */
export async function evalLoss(
  { library }: Pick<CliContext, 'library'>,
  { engine, signal }: Session,
  fed: Fed,
  flags: LossFlags,
  settings: readonly EvalSetting[],
  onProgress: EvaluateOptions['onProgress'],
  show: (result: EvalResult, asked: LossAsked) => Promise<void>,
): Promise<void> {
  const { tokenizer } = engine;
  const ids = 'ids' in fed ? fed.ids : await tokenizer.encode(fed.content, { bos: true });
  const { mass = false, seed = 0 } = flags;
  const common = { ...lengthsOf(flags), mass, seed };
  const content = 'ids' in fed ? await tokenizer.decode(fed.ids) : fed.content;
  const asked = {
    text: describeText(fed.name, content),
    methods: settings.map((setting) => settingText(setting)),
    budgets: [],
    ...common,
  };
  let dense: EvalResult['dense'] | undefined;
  const finished: EvalRun[] = [];
  let result: EvalResult;
  try {
    result = await library.evaluate(engine, {
      ids,
      settings,
      signal,
      ...common,
      onProgress,
      onDense: (loss) => {
        dense = loss;
      },
      onRun: (run) => finished.push(run),
    });
  } catch (error) {
    if (dense && finished.length > 0) await show({ dense, runs: finished, report: await engine.report() }, asked);
    throw error;
  }
  await show(result, asked);
}
