/** Entry of the command `winnow`. */

import * as node from '../node.ts';
import { runCli } from './program.ts';
import { processTerminal } from './terminal.ts';

/** Runs the command with the arguments of `process.argv`, and sets the exit status of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await runCli(argv, node, processTerminal());
}
