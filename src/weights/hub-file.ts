/** What the Hugging Face Hub tells about a file besides its bytes. */

import { throwIfAborted } from '../core/errors.ts';
import { Attempt, type HttpOptions } from './attempt.ts';

/** Length and checksum of a file. */
export interface KnownFile {
  readonly sha256: string;
  readonly bytes: number;
}

const HOSTS = ['huggingface.co', 'hf.co', 'www.huggingface.co'];

/**
 * The SHA-256 and length of a file of the Hub, from the pointer that its repository keeps in its place
 * (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md). Undefined for other addresses, and where the Hub does not tell.
 */
export async function hubFile(
  address: string,
  options: HttpOptions = {},
  signal?: AbortSignal,
): Promise<KnownFile | undefined> {
  const url = new URL(address);
  const path = /^(\/[^/]+\/[^/]+)\/resolve\/(.+)$/.exec(url.pathname);
  if (!HOSTS.includes(url.hostname) || path === null) return undefined;
  const pointer = `${url.origin}${path[1]}/raw/${path[2]}`;
  const attempt = new Attempt(pointer, { ...options, stallMs: Math.min(options.stallMs ?? 10_000, 10_000) }, signal);
  try {
    const response = await attempt.request();
    return readPointer(new TextDecoder().decode(await attempt.head(response, 1024)));
  } catch {
    throwIfAborted(signal);
    return undefined; // the file is then checked by its header alone
  } finally {
    attempt.end();
  }
}

function readPointer(text: string): KnownFile | undefined {
  if (!text.startsWith('version https://git-lfs.github.com/spec/')) return undefined;
  const sha256 = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  const bytes = Number(/^size (\d+)$/m.exec(text)?.[1]);
  return sha256 !== undefined && Number.isSafeInteger(bytes) ? { sha256, bytes } : undefined;
}
