import type { BenchResult } from 'winnow-llm/bench';
import type { Problem } from '../../shared/problem.ts';
import { Mismatch, parseResult } from '../bench-tools.ts';

const MAX_BYTES = 16e6;

/** Reads a file that the visitor chose or dropped: its result, or what is wrong with it in words. */
export async function readResultFile(
  file: Pick<File, 'size' | 'text'>,
): Promise<{ readonly result: BenchResult } | { readonly problem: Problem }> {
  try {
    if (file.size > MAX_BYTES) throw new Mismatch('', `at most ${MAX_BYTES / 1e6} MB`, `${file.size} bytes`);
    return { result: parseResult(await file.text()) };
  } catch (error) {
    return {
      problem: {
        code: 'not-a-saved-run',
        happened: error instanceof Error ? error.message : String(error),
        expected:
          'A saved run is a JSON file with “format”: “winnow-bench”, as this page and `winnow bench --json` write it.',
        todo: 'Choose a file that was saved by one of them; what is on the page stays.',
      },
    };
  }
}
