import type { BenchResult } from 'winnow-llm/bench/records';
import type { Problem } from '../../shared/problem.ts';
import { readSaved } from '../../shared/read-saved.ts';
import { parseResult } from 'winnow-llm/bench/records';

/** Reads a file that the visitor chose or dropped: its result, or what is wrong with it in words. */
export const readResultFile = (
  file: Pick<File, 'size' | 'text'>,
): Promise<{ readonly result: BenchResult } | { readonly problem: Problem }> =>
  readSaved(
    file,
    parseResult,
    'A saved run is a JSON file with “format”: “winnow-bench”, as this page and `winnow bench --json` write it.',
  );
