/** What becomes of the command when its output can no longer be written. */

import { StorageError } from '../core/errors.ts';

/** Parts of a process that an output's failure concerns. Tests give others. */
export interface OutputProcess {
  readonly stdout: { on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown };
  readonly stderr: OutputProcess['stdout'] & { write(text: string): unknown };
  exit(code?: number): void;
}

/**
 * Listens to failures of both outputs. A reader of the results that left (`winnow … | head`) ends the command quietly; results
 * that cannot be written for another reason end it with one line and status 1. Messages that nobody reads are dropped.
 */
export function guardOutputs(process: OutputProcess): void {
  let failed = false;
  process.stdout.on('error', (error) => {
    if (failed) return;
    failed = true;
    if (error.code === 'EPIPE') {
      process.exit();
      return;
    }
    process.stderr.write(`error: ${writeFailed('the output', error).message}\n`);
    process.exit(1);
  });
  process.stderr.on('error', () => {
    // Results are still wanted.
  });
}

/** The error of something that could not be written. @param what how messages call it */
export function writeFailed(what: string, cause: unknown): StorageError {
  const full = cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT');
  return new StorageError({
    code: full ? 'storage-full' : 'storage-unavailable',
    happened: `Writing ${what} failed (${cause instanceof Error ? cause.message : String(cause)}).`,
    expected: full ? 'There must be room for all of it.' : 'A place where this user may write was expected.',
    todo: full ? 'Make room, or choose another place.' : 'Choose another place.',
    cause,
  });
}
