/** Samples of a file: few bytes from many places, by which a copy is held against its note or its server. */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { throwIfAborted } from '../core/errors.ts';
import { streamFile, type HttpOptions, type RemoteFile } from './http.ts';

const PLACES = 64;
const BYTES = 4096;

/** Where samples of a file of this size begin: its first and last bytes, and places evenly between. */
function placesOf(size: number, count: number, bytes: number): number[] {
  const room = Math.max(0, size - bytes);
  const places = Array.from({ length: count }, (_, i) => Math.floor((room * i) / (count - 1)));
  return [...new Set(places)];
}

/** A checksum of 64 pieces of a file, 256 KiB at most. It finds copies that were cut, overwritten or never flushed. */
export async function sampleSum(file: Blob): Promise<string> {
  const hash = sha256.create();
  for (const at of placesOf(file.size, PLACES, BYTES)) {
    // oxlint-disable-next-line no-await-in-loop -- small reads
    hash.update(new Uint8Array(await file.slice(at, at + BYTES).arrayBuffer()));
  }
  return bytesToHex(hash.digest());
}

/**
 * Whether eight pieces of a copy are the server's, each asked for by a range.
 * @throws StorageError 'network' when the server does not answer, or says that the file changed
 */
export async function sameSamples(
  copy: Blob,
  remote: RemoteFile,
  options: HttpOptions,
  signal?: AbortSignal,
): Promise<boolean> {
  for (const at of placesOf(copy.size, 8, BYTES)) {
    throwIfAborted(signal);
    const end = Math.min(copy.size, at + BYTES);
    // oxlint-disable-next-line no-await-in-loop -- one request after the other
    const mine = new Uint8Array(await copy.slice(at, end).arrayBuffer());
    for await (const piece of streamFile(remote, at, end, { ...options, floor: at }, signal))
      if (!piece.bytes.every((byte, i) => byte === mine[piece.at - at + i])) return false;
  }
  return true;
}
