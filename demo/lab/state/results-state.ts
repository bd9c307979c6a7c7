import { signal } from '@preact/signals';
import { announce } from '../../shared/announcer.tsx';
import type { Problem } from '../../shared/problem.ts';
import { readSaved } from '../../shared/read-saved.ts';
import { parseEvalRecord } from 'winnow-llm/eval/records';
import type { Shown } from './shown.ts';

export const shown = signal<Shown | undefined>(undefined);

/** Why a file was not opened. */
export const fileProblem = signal<Problem | undefined>(undefined);

const EXPECTED =
  'A saved evaluation is a JSON file with “format”: “winnow-eval”, as this page and “winnow eval --output” write it.';

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
