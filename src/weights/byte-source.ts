/** Random access to the bytes of a model file, wherever it lies. */

import { StorageError, throwIfAborted } from '../core/errors.ts';

/** A file that is read in pieces and never held as a whole. */
export interface ByteSource {
  /** Length in bytes. */
  readonly size: number;
  /** What messages call it: a path, a URL or a file name. */
  readonly name: string;
  /**
   * Bytes [offset, offset + length), as a copy of the caller's own.
   * Throws a StorageError when they cannot be had, and an AbortedError when the signal fires.
   */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Fills `target` with the bytes from `offset` on, where the source can do so without a copy of its own.
   * Loading uses it so that the memory of one chunk serves all. Throws as `read` does.
   */
  readInto?(target: Uint8Array<ArrayBuffer>, offset: number, signal?: AbortSignal): Promise<void>;
  /** Gives handles back; the source must not be read afterwards. */
  close?(): Promise<void>;
}

/** Throws a StorageError unless [offset, offset + length) lies inside the source. */
export function checkRange(
  source: { readonly size: number; readonly name: string },
  offset: number,
  length: number,
): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (whole && offset + length <= source.size) return;
  throw new StorageError({
    code: 'storage-read',
    happened: `Bytes ${offset} to ${offset + length} of ${source.name} were asked for, but it has ${source.size} bytes.`,
    expected: 'Reads must lie inside the file.',
    todo: 'Check that the file is whole, and load it again.',
  });
}

/** The error of a read that failed although its range was right. */
export function readFailed(name: string, offset: number, length: number, cause: unknown): StorageError {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new StorageError({
    code: 'storage-read',
    happened: `Bytes ${offset} to ${offset + length} of ${name} could not be read (${reason}).`,
    expected: 'The file must stay where it is, unchanged, while it is read.',
    todo: 'Check that the file is still there, and choose it again.',
    cause,
  });
}

/** A source over bytes in memory; `read` copies. */
export function bytesSource(bytes: Uint8Array, name = 'memory'): ByteSource {
  const size = bytes.byteLength;
  return {
    size,
    name,
    async read(offset, length, signal) {
      throwIfAborted(signal);
      checkRange({ size, name }, offset, length);
      return bytes.slice(offset, offset + length);
    },
  };
}

/** A source over a Blob or a File, read in place. Default name: the file's own. */
export function blobSource(blob: Blob, name?: string): ByteSource {
  const label = name ?? ('name' in blob && typeof blob.name === 'string' ? blob.name : 'the given file');
  return {
    size: blob.size,
    name: label,
    async read(offset, length, signal) {
      throwIfAborted(signal);
      checkRange({ size: blob.size, name: label }, offset, length);
      let bytes: Uint8Array<ArrayBuffer>;
      try {
        bytes = new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch (cause) {
        throw readFailed(label, offset, length, cause);
      }
      throwIfAborted(signal);
      if (bytes.byteLength !== length)
        throw readFailed(label, offset, length, `only ${bytes.byteLength} bytes came back`);
      return bytes;
    },
  };
}
