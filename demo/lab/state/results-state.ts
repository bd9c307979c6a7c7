import { signal } from '@preact/signals';
import type { EvalRecord } from 'winnow-llm/bench';
import { announce } from '../../shared/announcer.tsx';
import type { Problem } from '../../shared/problem.ts';
import { readSaved } from '../../shared/read-saved.ts';
import { parseEvalRecord } from '../lab-tools.ts';

/** A result on the page. */
export interface Shown {
  readonly record: EvalRecord;
  /** The file's name; undefined for a run of this page. */
  readonly file?: string;
  /** The model's name in the address, where it has one; a file does not say. */
  readonly model?: string;
  /** The model is a file of this device, which no address can name. */
  readonly local?: boolean;
  /** Whether the run came to its end. Files are taken as they are. */
  readonly ended: 'yes' | 'running' | 'aborted' | 'failed';
}

export const shown = signal<Shown | undefined>(undefined);

/** Why a file was not opened. */
export const fileProblem = signal<Problem | undefined>(undefined);

const EXPECTED = 'A saved evaluation is a JSON file with “format”: “winnow-eval”, as this page writes it.';

/** Opens a saved evaluation and shows it. */
export async function openRecord(file: File): Promise<void> {
  fileProblem.value = undefined;
  const read = await readSaved(file, parseEvalRecord, EXPECTED);
  if ('problem' in read) {
    fileProblem.value = { ...read.problem, happened: `“${file.name}” was not opened: ${read.problem.happened}` };
    return;
  }
  shown.value = { record: read.result, file: file.name, ended: 'yes' };
  announce(`${file.name} is shown.`);
}
