/** Entry of the command `winnow`. */

import * as node from '../node.ts';
import { runCli } from './program.ts';
import type { Library } from './library.ts';
import { processTerminal } from './terminal.ts';

const library: Library = {
  ...node,
  // Loaded when it is asked for: no other subcommand needs it.
  runBench: async (options) => (await import('../bench/index.ts')).runBench({ ...options, host: node.nodeBenchHost() }),
  evaluate: async (engine, options) => (await import('../eval/index.ts')).evaluate(engine, options),
  recordHead: async (engine) => (await import('../eval/index.ts')).recordHead(engine, node.nodeBenchHost()),
  runTasks: async (engine, options) => (await import('../eval/index.ts')).runTasks(engine, options),
};

/** Runs the command with the arguments of `process.argv`, and sets the exit status of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await runCli(argv, library, processTerminal());
}
