import { computed, signal } from '@preact/signals';
import type { BenchResult } from 'winnow-llm/bench/records';
import { announce } from '../../shared/announcer.tsx';
import type { Problem } from '../../shared/problem.ts';
import { readResultFile } from '../saved/result-file.ts';

/** A result on the page. */
export interface Shown {
  readonly result: BenchResult;
  /** The file's name; undefined for a run of this page. */
  readonly file?: string;
  /** Whether the run came to its end. Files are taken as they are. */
  readonly ended: 'yes' | 'running' | 'aborted' | 'failed';
}

export const shown = signal<Shown | undefined>(undefined);

/** A second result, for a comparison with the first. */
export const other = signal<Shown | undefined>(undefined);

/** Why a file was not opened. */
export const fileProblem = signal<Problem | undefined>(undefined);

/** Shows what a run of this page has measured so far; a saved run that stood there is compared with it from then on. */
export function showRun(result: BenchResult, ended: Shown['ended']): void {
  if (shown.value?.file !== undefined) other.value ??= shown.value;
  shown.value = { result, ended };
}

const turned = signal(false);

/** Both results, the earlier one first unless the visitor turned them round; undefined while there are not two. */
export const compared = computed(() => {
  const [first, second] = [shown.value, other.value];
  if (!first || !second) return undefined;
  const inOrder = Date.parse(first.result.date) <= Date.parse(second.result.date);
  return inOrder !== turned.value ? { before: first, after: second } : { before: second, after: first };
});

export const turnRound = (): void => {
  turned.value = !turned.value;
};

export function closeComparison(): void {
  other.value = undefined;
  turned.value = false;
}

/** Opens saved runs: the first is shown, one beside a result that is already there is compared with it. */
export async function openFiles(files: readonly File[]): Promise<void> {
  fileProblem.value = undefined;
  if (files.length > 2) {
    fileProblem.value = {
      code: 'too-many-files',
      happened: `${files.length} files were given at once.`,
      expected: 'One saved run is shown, two are compared.',
      todo: 'Choose one or two files.',
    };
    return;
  }
  const both = files.length === 2;
  for (const [index, file] of files.entries()) {
    const read = await readResultFile(file);
    if ('problem' in read) {
      fileProblem.value = { ...read.problem, happened: `“${file.name}” was not opened: ${read.problem.happened}` };
      return;
    }
    const opened: Shown = { result: read.result, file: file.name, ended: 'yes' };
    turned.value = false;
    if (!shown.value || (both && index === 0)) {
      shown.value = opened;
      other.value = undefined;
      announce(`${file.name} is shown.`);
    } else {
      other.value = opened;
      announce(`${file.name} is compared with the first run.`);
    }
  }
}
