import type { BenchResult } from 'winnow-llm/bench';
import type { Problem } from '../../shared/problem.ts';
import { readSaved } from '../../shared/read-saved.ts';
import { parseResult } from '../bench-tools.ts';

/** Reads a file that the visitor chose or dropped: its result, or what is wrong with it in words. */
export const readResultFile = (
  file: Pick<File, 'size' | 'text'>,
): Promise<{ readonly result: BenchResult } | { readonly problem: Problem }> =>
  readSaved(
    file,
    parseResult,
    'A saved run is a JSON file with “format”: “winnow-bench”, as this page and `winnow bench --json` write it.',
  );
