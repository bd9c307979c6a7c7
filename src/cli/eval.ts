/** `winnow eval`: what methods of cache and attention do to a text or to answers, beside what they cost. */

import { Option } from 'commander';
import type { KvType } from '../core/api.ts';
import { evalCsv, evalMarkdown, taskCsv, taskMarkdown } from '../eval/tables.ts';
import { TASK_NAMES, type TaskName } from '../eval/task.ts';
import { contextFor } from '../eval/tasks.ts';
import { kvChoice, withEngineOptions, type CommonOptions } from './common-options.ts';
import { evalLoss, lengthsOf, readFed, type LossFlags } from './eval-loss.ts';
import { settingsOf, type MethodLists } from './eval-settings.ts';
import { progressOn, show, type OutputFlags } from './eval-output.ts';
import { depthList, evalTask, taskAsked, type TaskFlags } from './eval-task.ts';
import { exactlyOne, onlyWith } from './inputs.ts';
import { gathered, optionError, wholeNumber, wholeNumbers } from './option-values.ts';
import { withEngine, type AddCommand, type CliContext } from './session.ts';

interface EvalFlags extends Omit<CommonOptions, 'kv'>, MethodLists, OutputFlags, LossFlags, Omit<TaskFlags, 'task'> {
  readonly task?: TaskName;
}

export const addEval: AddCommand = (program, context) => {
  withEngineOptions(program.command('eval').argument('<model>', 'path, URL or name of the model'))
    .description('what methods do to a text: loss and divergence from dense attention; or to the answers to questions')
    .option('--text-file <file>', 'a file with the text, in UTF-8')
    .option('--ids-file <file>', 'a file with a JSON array of token ids')
    .option('--prefill <tokens>', 'of a text: tokens that are read densely first (1024)', wholeNumber('--prefill', 1))
    .option('--decode <tokens>', 'of a text: tokens fed one at a time and scored (512)', wholeNumber('--decode', 1))
    .option('--mass', 'of a text: which share of all attention falls on what is read (takes memory for all keys)')
    .addOption(new Option('--task <name>', 'ask for a fact in a context instead').choices(TASK_NAMES))
    .option('--lengths <tokens>', 'of a task: lengths of the context (512,1024)', wholeNumbers('--lengths', 1))
    .option('--depths <list>', 'of a task: how many places of the fact (5), or places such as 0,0.25,1', depthList)
    .addOption(
      new Option('--question <when>', 'of a task: before the cache is cut, or in a turn after (before)').choices([
        'before',
        'after',
      ]),
    )
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
    .option('--seed <n>', 'for what methods draw, and for the facts of a task', wholeNumber('--seed', 0, 2 ** 32 - 1))
    .option('--csv', 'print the figures as comma-separated values')
    .option('--output <file>', 'save the result as JSON that the Lab page opens')
    .action(async (model: string, flags: EvalFlags) => {
      checkMode(flags);
      await (flags.task === undefined ? evalText(context, model, flags) : evalTasks(context, model, flags, flags.task));
    });
};

/** A text or a task; an option of one is refused beside the other. */
function checkMode({
  textFile,
  idsFile,
  task,
  prefill,
  decode,
  mass,
  lengths,
  depths,
  question,
  json,
  csv,
}: EvalFlags): void {
  exactlyOne({ '--text-file': textFile, '--ids-file': idsFile, '--task': task });
  const ofText = { '--prefill': prefill, '--decode': decode, '--mass': mass };
  for (const [name, value] of Object.entries(ofText))
    onlyWith(name, value, '--text-file or --ids-file', textFile ?? idsFile);
  const ofTask = { '--lengths': lengths, '--depths': depths, '--question': question };
  for (const [name, value] of Object.entries(ofTask)) onlyWith(name, value, '--task', task);
  if (json && csv)
    throw optionError('The options --json and --csv were given together.', 'One form of output at a time.');
}

async function evalText(context: CliContext, model: string, flags: EvalFlags): Promise<void> {
  const { terminal, library } = context;
  const settings = settingsOf(flags);
  const fed = await readFed(terminal, flags);
  const { prefill, decode } = lengthsOf(flags);
  await withEngine(context, model, engineFlags(flags, prefill + decode + 1), async (session) => {
    const { engine } = session;
    const head = await library.recordHead(engine);
    await evalLoss(context, session, fed, flags, settings, progressOn(terminal), (result, asked) =>
      show(terminal, flags, result, {
        record: ({ dense, runs }) => ({
          ...head,
          kind: 'loss',
          settings: { model: engine.model.name, ...asked },
          dense,
          runs,
        }),
        csv: evalCsv,
        markdown: evalMarkdown,
      }),
    );
  });
}

async function evalTasks(context: CliContext, model: string, flags: EvalFlags, task: TaskName): Promise<void> {
  const { terminal, library } = context;
  const settings = settingsOf(flags);
  const asked = taskAsked({ ...flags, task }, settings);
  await withEngine(context, model, engineFlags(flags, contextFor(asked.lengths)), async (session) => {
    const head = await library.recordHead(session.engine);
    await evalTask(context, session, asked, settings, progressOn(terminal), (result) =>
      show(terminal, flags, result, {
        record: ({ runs }) => ({
          ...head,
          kind: 'task',
          settings: { model: session.engine.model.name, ...asked },
          runs,
        }),
        csv: ({ runs }) => taskCsv(runs),
        markdown: ({ runs }) => taskMarkdown(runs),
      }),
    );
  });
}

/** The engine has room for what is fed, and no methods of its own. */
function engineFlags(
  { kv: _kv, cache: _cache, attention: _attention, ...common }: EvalFlags,
  room: number,
): CommonOptions {
  return { ...common, context: common.context ?? room };
}
