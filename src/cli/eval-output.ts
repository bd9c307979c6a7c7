/** What `winnow eval` shows: its progress, and its result in the form that was asked for. */

import type { EvalRecord } from '../eval/eval-record.ts';
import { printJson } from './session.ts';
import type { Terminal } from './terminal.ts';

export interface OutputFlags {
  readonly output?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** The forms of a result: a file that the Lab page opens, and what is printed. */
export interface Forms<T> {
  record(result: T): EvalRecord;
  csv(result: T): string;
  markdown(result: T): string;
}

/** Saves and prints a result as it was asked for. */
export async function show<T>(
  terminal: Terminal,
  { output, json, csv }: OutputFlags,
  result: T,
  forms: Forms<T>,
): Promise<void> {
  if (output !== undefined) await terminal.writeText(output, `${JSON.stringify(forms.record(result), null, 1)}\n`);
  if (json) printJson(terminal, result);
  else terminal.out(csv ? forms.csv(result) : forms.markdown(result));
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
