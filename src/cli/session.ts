/** An engine for the length of a subcommand, with progress shown and Ctrl-C heeded. */

import type { Command } from 'commander';
import type { Engine } from '../core/api.ts';
import { engineOptions, type CommonOptions, type DecodingFlags, type MethodFlags } from './common-options.ts';
import { ProgressLine } from './progress.ts';
import type { Library } from './library.ts';
import type { Terminal } from './terminal.ts';

/** What subcommands share. */
export interface CliContext {
  readonly library: Library;
  readonly terminal: Terminal;
  /** Exit status of the process; 0 until a subcommand says otherwise. */
  exitCode: number;
}

/** Adds a subcommand to the program. */
export type AddCommand = (program: Command, context: CliContext) => void;

/** Exit status of a process that Ctrl-C ended. */
export const INTERRUPTED = 130;

export interface Session {
  readonly engine: Engine;
  /** Fires at Ctrl-C. */
  readonly signal: AbortSignal;
  /** From now on Ctrl-C does this instead. */
  onInterrupt(listener: () => void): void;
}

/** Makes an engine, uses it, gives it back. A second Ctrl-C ends the process at once. */
export async function withEngine<T>(
  { library, terminal }: CliContext,
  model: string,
  options: CommonOptions & MethodFlags & DecodingFlags,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  let listener = (): void => (abort.signal.aborted ? terminal.exit(INTERRUPTED) : abort.abort());
  const leave = terminal.onInterrupt(() => listener());
  const progress = new ProgressLine(terminal);
  try {
    const engine = await library
      .createEngine({ ...engineOptions(model, options), signal: abort.signal, onProgress: (now) => progress.show(now) })
      .finally(() => progress.clear());
    try {
      return await use({ engine, signal: abort.signal, onInterrupt: (next) => (listener = next) });
    } finally {
      await engine.dispose();
    }
  } finally {
    leave();
  }
}

/** Prints a result as one line of JSON. */
export const printJson = (terminal: Terminal, value: unknown): void => terminal.out(`${JSON.stringify(value)}\n`);
