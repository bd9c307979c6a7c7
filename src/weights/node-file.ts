/** Model files from a path. Node only: nothing that a browser loads may import this file. */

import { open, stat, type FileHandle } from 'node:fs/promises';
import { ModelFileError, throwIfAborted } from '../core/errors.ts';
import { checkRange, readFailed, type ByteSource } from './byte-source.ts';

/** Opens a file for reading; `close()` gives its handle back. Throws ModelFileError 'model-not-found' or a StorageError. */
export async function openNodeFile(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  let handle: FileHandle;
  try {
    // Asked before it is opened: opening a pipe would wait for somebody to write into it.
    if (!(await stat(path)).isFile()) throw notFound(path, 'It is not a file', undefined);
    handle = await open(path, 'r');
  } catch (cause) {
    if (cause instanceof ModelFileError) throw cause;
    throw isMissing(cause) ? notFound(path, 'There is no such file', cause) : readFailed(path, 0, 0, cause);
  }
  const { size } = await handle.stat();
  const readInto = async (bytes: Uint8Array<ArrayBuffer>, offset: number, signal?: AbortSignal): Promise<void> => {
    const length = bytes.byteLength;
    throwIfAborted(signal);
    checkRange({ size, name: path }, offset, length);
    let done = 0;
    try {
      while (done < length) {
        // A read may return less than was asked for.
        // oxlint-disable-next-line no-await-in-loop
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
    } catch (cause) {
      throw readFailed(path, offset, length, cause);
    }
    throwIfAborted(signal);
    if (done !== length) throw readFailed(path, offset, length, `only ${done} bytes came back`);
  };
  return {
    size,
    name: path,
    readInto,
    async read(offset, length, signal) {
      checkRange({ size, name: path }, offset, length);
      const bytes = new Uint8Array(length);
      await readInto(bytes, offset, signal);
      return bytes;
    },
    close: () => handle.close(),
  };
}

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');

function notFound(path: string, reason: string, cause: unknown): ModelFileError {
  return new ModelFileError({
    code: 'model-not-found',
    happened: `The model file ${path} cannot be opened: ${reason[0]!.toLowerCase()}${reason.slice(1)}.`,
    expected: 'The path of a GGUF file was expected.',
    todo: 'Check the path, or give a URL or a name from the model list.',
    cause,
  });
}
