/** `winnow eval`: what methods of cache and attention do to a text, beside what they cost. */

import { formatSpec, parseSpec } from '../core/method-spec.ts';
import type { KvType } from '../core/api.ts';
import { expandSweep } from '../bench/eval/sweep.ts';
import type { EvalSetting } from '../bench/eval/evaluate.ts';
import { evalCsv, evalMarkdown } from '../bench/eval/tables.ts';
import { kvChoice, withEngineOptions, type CommonOptions } from './common-options.ts';
import { exactlyOne, readIdsFile, readTextFile } from './inputs.ts';
import { gathered, optionError, wholeNumber } from './option-values.ts';
import { printJson, withEngine, type AddCommand } from './session.ts';
import type { Terminal } from './terminal.ts';

interface EvalFlags extends Omit<CommonOptions, 'kv'> {
  readonly textFile?: string;
  readonly idsFile?: string;
  readonly prefill: number;
  readonly decode: number;
  readonly cache?: readonly string[];
  readonly attention?: readonly string[];
  readonly kv?: readonly KvType[];
  readonly sweep?: string;
  readonly mass?: boolean;
  readonly seed?: number;
  readonly csv?: boolean;
  readonly output?: string;
}

export const addEval: AddCommand = (program, context) => {
  const { terminal } = context;
  withEngineOptions(program.command('eval').argument('<model>', 'path, URL or name of the model'))
    .description('what methods do to a text: loss and divergence from dense attention, beside memory and time')
    .option('--text-file <file>', 'a file with the text, in UTF-8')
    .option('--ids-file <file>', 'a file with a JSON array of token ids')
    .option('--prefill <tokens>', 'tokens that are read densely first', wholeNumber('--prefill', 1), 1024)
    .option('--decode <tokens>', 'tokens that are fed one at a time and scored', wholeNumber('--decode', 1), 512)
    .option(
      '--cache <method>',
      'evaluate this: h2o:budget=170,sinks=4,recent=64 (may be given several times)',
      gathered,
    )
    .option('--attention <method>', 'evaluate this: quest:pages=10 (may be given several times)', gathered)
    .option(
      '--kv <type>',
      'store keys and values so, in each setting (may be given several times)',
      (text: string, before: readonly KvType[] | undefined) => [...(before ?? []), kvChoice(text)],
    )
    .option('--sweep <values>', 'every method that has the parameter with each of its values: budget=64,128,256')
    .option('--mass', 'also which share of all attention falls on what is read (takes memory for all keys)')
    .option('--seed <n>', 'for what methods draw', wholeNumber('--seed', 0, 2 ** 32 - 1))
    .option('--csv', 'print the figures as comma-separated values')
    .option('--output <file>', 'save the result as JSON')
    .action(async (model: string, flags: EvalFlags) => {
      const { textFile, idsFile, prefill, decode, mass, seed } = flags;
      exactlyOne({ '--text-file': textFile, '--ids-file': idsFile });
      if (flags.json && flags.csv)
        throw optionError('The options --json and --csv were given together.', 'One form of output at a time.');
      const settings = settingsOf(flags);
      const text = textFile === undefined ? undefined : await readTextFile(terminal, textFile);
      const fileIds = idsFile === undefined ? undefined : await readIdsFile(terminal, idsFile);
      const { kv: _kv, cache: _cache, attention: _attention, ...common } = flags;
      const needed = prefill + decode + 1;
      await withEngine(context, model, { ...common, context: flags.context ?? needed }, async ({ engine, signal }) => {
        const ids = fileIds ?? (await engine.tokenizer.encode(text ?? '', { bos: true }));
        const result = await context.runtime.evaluate(engine, {
          ids,
          prefill,
          decode,
          settings,
          signal,
          ...(mass && { mass }),
          ...(seed !== undefined && { seed }),
          onProgress: progressOn(terminal),
        });
        if (flags.output !== undefined) await terminal.writeText(flags.output, `${JSON.stringify(result, null, 1)}\n`);
        if (flags.json) printJson(terminal, result);
        else terminal.out(flags.csv ? evalCsv(result) : evalMarkdown(result));
      });
    });
};

/** Each cache and attention method is a setting of its own, with every way of storing that is named. */
function settingsOf({ cache = [], attention = [], kv, sweep }: EvalFlags): EvalSetting[] {
  const given = [...cache, ...attention];
  if (sweep !== undefined && given.length === 0)
    throw optionError('The option --sweep was given without a method.', 'It varies --cache and --attention.');
  if (given.length === 0 && kv === undefined)
    throw optionError(
      'Nothing was given to evaluate.',
      '--cache, --attention or --kv was expected, each as often as needed.',
      'Add one; "winnow methods" lists them.',
    );
  const caches = new Set(cache.map((text) => parseSpec(text).name));
  const methods = (sweep === undefined ? given : expandSweep(given, sweep).map(formatSpec)).map((text): EvalSetting =>
    caches.has(parseSpec(text).name) ? { cache: text } : { attention: text },
  );
  return (kv ?? [undefined]).flatMap((type) =>
    methods.length === 0 ? [{ kv: type }] : methods.map((method) => ({ ...method, ...(type && { kv: type }) })),
  );
}

/** Shows on a screen which run goes on, and how far it is. */
function progressOn(terminal: Terminal): (run: number, runs: number, done: number) => void {
  let shown = '';
  return (run, runs, done) => {
    const line = `run ${run + 1} of ${runs}: ${Math.floor(100 * done)} %`;
    if (!terminal.isScreen || line === shown) return;
    shown = line;
    terminal.err(`\r${line}${run + 1 === runs && done === 1 ? '\r\n' : ''}`);
  };
}
