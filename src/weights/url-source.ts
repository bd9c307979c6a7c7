/** A file on a server, read in place by range requests. */

import { StorageError, throwIfAborted } from '../core/errors.ts';
import { checkRange, type ByteSource } from './byte-source.ts';
import { changedError, fetchable } from './http-fault.ts';
import { measureFile, networkError, probeFile, streamFile, type HttpOptions, type RemoteFile } from './http.ts';

/** Bytes of each read that the next one asks for again, where no version tells whether the file is the same. */
const SAMPLE = 256;

/**
 * Opens a URL without storing it. Reads are repeated through cut connections. Where the server names no version of the file,
 * each read also compares a piece of the one before, so that a file which is replaced meanwhile is noticed.
 * Throws ModelFileError 'model-not-found', or StorageError 'network' where the server does not answer, sends no ranges or hides the size.
 */
export async function openUrl(url: string | URL, options: HttpOptions = {}, signal?: AbortSignal): Promise<ByteSource> {
  const name = fetchable(url);
  const probed = await probeFile(name, options, signal);
  const size = probed.size ?? (probed.ranges ? await measureFile(probed, options, signal) : undefined);
  if (size === undefined || !probed.ranges) {
    throw new StorageError({
      code: 'network',
      happened: probed.ranges
        ? `The server of ${name} does not tell the file's size.`
        : `The server of ${name} cannot send parts of the file.`,
      expected: 'Reading in place needs answers to Range requests that tell or show where the file ends.',
      todo: 'Download the file and open it from the disk, or use another server.',
    });
  }
  const file: RemoteFile = { ...probed, size };
  const fetchRange = async (offset: number, length: number, readSignal?: AbortSignal) => {
    const bytes = new Uint8Array(length);
    let done = 0;
    for await (const piece of streamFile(file, offset, offset + length, { ...options, floor: offset }, readSignal)) {
      bytes.set(piece.bytes, piece.at - offset);
      done = piece.at - offset + piece.bytes.length;
    }
    if (done !== length) throw networkError(name, `${done} of ${length} bytes came`, undefined);
    return bytes;
  };
  let before: { readonly at: number; readonly bytes: Uint8Array } | undefined;
  return {
    size,
    name,
    async read(offset, length, readSignal) {
      throwIfAborted(readSignal);
      checkRange({ size, name }, offset, length);
      const bytes = await fetchRange(offset, length, readSignal);
      if (file.version !== undefined || length === 0) return bytes;
      if (before !== undefined) {
        const again = await fetchRange(before.at, before.bytes.length, readSignal);
        if (!again.every((byte, i) => byte === before!.bytes[i]))
          throw changedError(name, `byte ${before.at} and those behind it are others now`);
      }
      const kept = Math.min(length, SAMPLE);
      before = { at: offset + length - kept, bytes: bytes.slice(length - kept) };
      return bytes;
    },
  };
}
