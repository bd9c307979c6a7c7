/** A file on a server, read in place by range requests. */

import { StorageError, throwIfAborted } from '../core/errors.ts';
import { checkRange, type ByteSource } from './byte-source.ts';
import { networkError, probeFile, streamFile, type HttpOptions } from './http.ts';

/**
 * Opens a URL without storing it. Reads are repeated through cut connections.
 * Throws ModelFileError 'model-not-found', or StorageError 'network' where the server does not answer, sends no ranges or hides the size.
 */
export async function openUrl(url: string | URL, options: HttpOptions = {}, signal?: AbortSignal): Promise<ByteSource> {
  const name = String(url);
  const file = await probeFile(name, options, signal);
  const { size } = file;
  if (size === undefined || !file.ranges) {
    throw new StorageError({
      code: 'network',
      happened: file.ranges
        ? `The server of ${name} does not tell the file's size.`
        : `The server of ${name} cannot send parts of the file.`,
      expected: 'Reading in place needs both: answers to Range requests with a visible Content-Range.',
      todo: 'Download the file and open it from the disk, or use another server.',
    });
  }
  return {
    size,
    name,
    async read(offset, length, readSignal) {
      throwIfAborted(readSignal);
      checkRange({ size, name }, offset, length);
      const bytes = new Uint8Array(length);
      let done = 0;
      for await (const chunk of streamFile(file, offset, offset + length, options, readSignal)) {
        bytes.set(chunk, done);
        done += chunk.length;
      }
      if (done !== length) throw networkError(name, `${done} of ${length} bytes came`, undefined);
      return bytes;
    },
  };
}
