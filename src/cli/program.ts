/** The command `winnow` as a whole: its subcommands, its errors, its exit status. */

import { Command, CommanderError } from 'commander';
import { AbortedError, deserializeError, serializeError, WinnowError } from '../core/errors.ts';
import { addBench } from './bench.ts';
import { addChat } from './chat.ts';
import { addEmbed } from './embed.ts';
import { addEval } from './eval.ts';
import { addGenerate } from './generate.ts';
import { addInfo } from './info.ts';
import { addMethods } from './methods.ts';
import { optionError } from './option-values.ts';
import type { Library } from './library.ts';
import { addPlan } from './plan.ts';
import { addScore } from './score.ts';
import { INTERRUPTED, type CliContext } from './session.ts';
import type { Terminal } from './terminal.ts';
import { addTokenize } from './tokenize.ts';

/**
 * Runs the command. A failure is told in one line on the terminal's `err`.
 * @param argv as `process.argv`: two entries, then the arguments
 * @returns the exit status: 0, 1 after a failure, 130 after Ctrl-C
 */
export async function runCli(argv: readonly string[], library: Library, terminal: Terminal): Promise<number> {
  const context: CliContext = { library, terminal, exitCode: 0 };
  try {
    await createProgram(context).parseAsync([...argv]);
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && isHelp(error)) return error.exitCode;
    terminal.err(`error: ${lineOf(error instanceof CommanderError ? usageOf(error) : error)}\n`);
    return error instanceof AbortedError ? INTERRUPTED : 1;
  }
}

function createProgram(context: CliContext): Command {
  const { library, terminal } = context;
  const program = new Command('winnow')
    .description('Run language models on WebGPU.')
    .version(library.VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: () => undefined, // Told by runCli, in the form of all errors.
    });
  for (const add of [
    addInfo,
    addTokenize,
    addChat,
    addGenerate,
    addScore,
    addEmbed,
    addEval,
    addBench,
    addMethods,
    addPlan,
  ])
    add(program, context);
  return program;
}

const isHelp = ({ code }: CommanderError): boolean => code.startsWith('commander.help') || code === 'commander.version';

const usageOf = ({ message }: CommanderError): WinnowError => {
  const text = message.replace(/^error: /, '').replace(/\.$/, '');
  return optionError(
    `${text.charAt(0).toUpperCase()}${text.slice(1)}.`,
    'A command as `winnow --help` describes it was expected.',
  );
};

const lineOf = (error: unknown): string => {
  const text = (error instanceof WinnowError ? error : deserializeError(serializeError(error))).message;
  return text.replaceAll(/\s*\n\s*/g, ' ');
};
