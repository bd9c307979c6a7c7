import type { Problem } from './problem.ts';

const MAX_BYTES = 16e6;

/**
 * Reads a saved result that the visitor chose or dropped: the result, or what is wrong with the file in words.
 * @param parse throws an error with a sentence for a text that is no such result
 * @param expected what such a file is, as a sentence
 */
export async function readSaved<Result>(
  file: Pick<File, 'size' | 'text'>,
  parse: (text: string) => Result,
  expected: string,
): Promise<{ readonly result: Result } | { readonly problem: Problem }> {
  try {
    if (file.size > MAX_BYTES)
      throw new Error(`The file has ${file.size} bytes; expected were at most ${MAX_BYTES / 1e6} MB.`);
    return { result: parse(await file.text()) };
  } catch (error) {
    return {
      problem: {
        code: 'not-a-saved-run',
        happened: error instanceof Error ? error.message : String(error),
        expected,
        todo: 'Choose a file that was saved so; what is on the page stays.',
      },
    };
  }
}
