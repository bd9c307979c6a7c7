/** What `winnow eval` shows: its progress, and its result in the form that was asked for. */

import { printJson } from './session.ts';
import type { Terminal } from './terminal.ts';

export interface OutputFlags {
  readonly output?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** Saves and prints a result as it was asked for. */
export async function show<T>(
  terminal: Terminal,
  { output, json, csv }: OutputFlags,
  result: T,
  tables: { csv(result: T): string; markdown(result: T): string },
): Promise<void> {
  if (output !== undefined) await terminal.writeText(output, `${JSON.stringify(result, null, 1)}\n`);
  if (json) printJson(terminal, result);
  else terminal.out(csv ? tables.csv(result) : tables.markdown(result));
}

/** Shows on a screen which run goes on, and how far it is. */
export function progressOn(terminal: Terminal): (run: number, runs: number, done: number) => void {
  let shown = '';
  return (run, runs, done) => {
    const line = `run ${run + 1} of ${runs}: ${Math.floor(100 * done)} %`;
    if (!terminal.isScreen || line === shown) return;
    shown = line;
    terminal.err(`\r${line}${run + 1 === runs && done === 1 ? '\r\n' : ''}`);
  };
}
