/** SHA-256 of files that are too large for memory. WebCrypto has no streaming digest. */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { throwIfAborted } from '../core/errors.ts';

const CHUNK = 4 * 2 ** 20;

/** The SHA-256 of a blob in hexadecimal; `onProgress` is told the bytes done. */
export async function sha256OfBlob(
  blob: Blob,
  onProgress?: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<string> {
  const hash = sha256.create();
  for (let at = 0; at < blob.size; at += CHUNK) {
    throwIfAborted(signal);
    // oxlint-disable-next-line no-await-in-loop -- one chunk in memory at a time
    hash.update(new Uint8Array(await blob.slice(at, at + CHUNK).arrayBuffer()));
    onProgress?.(Math.min(at + CHUNK, blob.size));
  }
  return bytesToHex(hash.digest());
}

/** The SHA-256 of a text's UTF-8 in hexadecimal. */
export const sha256OfText = (text: string): string => bytesToHex(sha256(new TextEncoder().encode(text)));
