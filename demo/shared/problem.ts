/** What a visitor is told when something went wrong. */
export interface Problem {
  readonly code: string;
  readonly happened: string;
  readonly expected: string;
  readonly todo: string;
}

/**
 * The three sentences of an error, or of any other thrown value. It looks at the fields and not at the class, so that
 * the page can show a problem before the engine's code has been loaded.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Error && 'happened' in error && 'expected' in error && 'todo' in error) {
    const code = 'code' in error ? String(error.code) : 'internal';
    return { code, happened: String(error.happened), expected: String(error.expected), todo: String(error.todo) };
  }
  return {
    code: 'internal',
    happened: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    expected: 'The page expected this step to succeed.',
    todo: 'Try again; if it happens again, reload the page.',
  };
}

export const isAbort = (error: unknown): boolean => toProblem(error).code === 'aborted';
