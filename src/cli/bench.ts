/** `winnow bench`: how fast a model and the kernels run here, and how two saved runs compare. */

import { Mismatch } from '../bench/checks.ts';
import { differences, pairsOf } from '../bench/compare.ts';
import { toCsv } from '../bench/csv.ts';
import type { BenchProgress, BenchResult, BenchSettings } from '../bench/bench-result.ts';
import { parseResult } from '../bench/saved-result.ts';
import { formatBench, formatPairs } from './bench-table.ts';
import {
  engineOptions,
  withCommonOptions,
  withMethodOptions,
  type CommonOptions,
  type MethodFlags,
} from './common-options.ts';
import { readTextFile } from './inputs.ts';
import { optionError, wholeNumber, wholeNumbers } from './option-values.ts';
import { INTERRUPTED, printJson, type AddCommand, type CliContext } from './session.ts';
import type { Terminal } from './terminal.ts';

interface BenchFlags extends CommonOptions, MethodFlags {
  readonly prompt?: readonly number[];
  readonly history?: readonly number[];
  readonly decode?: number;
  readonly runs?: number;
  /** True = all of them. */
  readonly kernels?: string | true;
  readonly csv?: boolean;
  readonly output?: string;
  readonly compare?: readonly string[];
}

export const addBench: AddCommand = (program, context) => {
  withMethodOptions(withCommonOptions(program.command('bench').argument('[model]', 'path, URL or name of the model')))
    .description('measure a model, the kernels, or both; or compare two saved runs')
    .option(
      '--prompt <tokens>',
      'lengths of the prompts (128,512,2048; less without a GPU)',
      wholeNumbers('--prompt', 1),
    )
    .option(
      '--history <tokens>',
      'lengths of history to decode after (128,1024,4096,8000)',
      wholeNumbers('--history', 1),
    )
    .option('--decode <tokens>', 'tokens to decode after each history', wholeNumber('--decode', 1, 4096))
    .option('--runs <n>', 'measured runs of each, in turns (5)', wholeNumber('--runs', 1, 100))
    .option('--kernels [text]', 'kernels too (without a model: only them), or those whose name contains the text')
    .option('--csv', 'print the figures as comma-separated values')
    .option('--output <file>', 'save the result as JSON')
    .option('--compare <files...>', 'print what changed from the first saved run to the second')
    .action((model: string | undefined, flags: BenchFlags) => bench(context, model, flags));
};

async function bench(context: CliContext, model: string | undefined, flags: BenchFlags): Promise<void> {
  const { terminal } = context;
  if (flags.json && flags.csv)
    throw optionError('The options --json and --csv were given together.', 'One form of output at a time.');
  if (flags.compare) {
    if (model !== undefined || flags.compare.length !== 2)
      throw optionError(
        `The option --compare got ${[model, ...flags.compare].filter(Boolean).length} files.`,
        'Exactly two saved runs were expected: the earlier and the later.',
      );
    await compare(terminal, flags.compare[0]!, flags.compare[1]!, flags.json ?? false);
    return;
  }
  if (model === undefined && flags.kernels === undefined)
    throw optionError(
      'Neither a model nor --kernels was given.',
      'A model, --kernels, or both were expected.',
      'Name a model, or measure the kernels alone.',
    );
  const result = await measured(context, model, flags);
  if (flags.output !== undefined) await terminal.writeText(flags.output, `${JSON.stringify(result, null, 1)}\n`);
  if (flags.json) printJson(terminal, result);
  else terminal.out(flags.csv ? toCsv(result) : formatBench(result));
}

/** Runs the benchmark with its progress on the screen's last line. A second Ctrl-C ends the process at once. */
async function measured(
  { library, terminal }: CliContext,
  model: string | undefined,
  flags: BenchFlags,
): Promise<BenchResult> {
  const abort = new AbortController();
  const leave = terminal.onInterrupt(() => (abort.signal.aborted ? terminal.exit(INTERRUPTED) : abort.abort()));
  const { adapter, disable } = flags;
  try {
    return await library.runBench({
      ...(model === undefined
        ? { adapter: { ...(adapter !== undefined && { adapter }), ...(disable && { disable }) } }
        : { engine: engineOptions(model, flags) }),
      settings: settingsOf(model !== undefined, flags),
      signal: abort.signal,
      onProgress: progressOn(terminal),
    });
  } finally {
    leave();
  }
}

function settingsOf(hasModel: boolean, { prompt, history, decode, runs, kernels }: BenchFlags): Partial<BenchSettings> {
  return {
    parts: [...(hasModel ? (['model'] as const) : []), ...(kernels === undefined ? [] : (['kernels'] as const))],
    ...(prompt && { prompts: prompt }),
    ...(history && { histories: history }),
    ...(decode !== undefined && { decodeTokens: decode }),
    ...(runs !== undefined && { runs }),
    ...(typeof kernels === 'string' && { kernels }),
  };
}

/** Tells each new thing that is measured in a line. */
function progressOn(terminal: Terminal): (progress: BenchProgress) => void {
  let last = '';
  return ({ stage, label, done, total }) => {
    if (label === last) return;
    last = label;
    terminal.err(stage === 'load' ? `${label}\n` : `${label} (${done + 1} of ${total})\n`);
  };
}

async function compare(terminal: Terminal, before: string, after: string, json: boolean): Promise<void> {
  const [first, second] = [await readRun(terminal, before), await readRun(terminal, after)];
  const { pairs, single } = pairsOf(first, second);
  const changed = differences(first, second);
  if (json) printJson(terminal, { differences: changed, pairs, single });
  else terminal.out(formatPairs(changed, pairs, single));
}

async function readRun(terminal: Terminal, path: string): Promise<BenchResult> {
  const text = await readTextFile(terminal, path);
  try {
    return parseResult(text);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    throw optionError(
      `The file ${path} is no saved run (${error.message.replace(/\.$/, '')}).`,
      'A file that `winnow bench --output` or the page wrote was expected.',
      'Choose such a file.',
    );
  }
}
