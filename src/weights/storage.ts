/** Model files kept in the browser's private file system (OPFS): downloaded once, checked, and read in place afterwards. */

import { StorageError, WinnowError } from '../core/errors.ts';
import { blobSource, type ByteSource } from './byte-source.ts';
import { download } from './download.ts';
import type { GgufFile } from './gguf.ts';
import { fetchable, shown } from './http-fault.ts';
import { keyOf, stableName } from './stable-name.ts';
import type { StoreOptions } from './store-options.ts';
import {
  fileOf,
  keysOf,
  locked,
  openFolder,
  PART,
  readNote,
  removeKey,
  removeStale,
  removeUnlessHeld,
  WHOLE,
} from './store-folder.ts';
import { examine, prove, type WholeFile } from './stored-copy.ts';
import { openUrl } from './url-source.ts';

export type { StoreOptions, StoreProgress } from './store-options.ts';

export interface OpenedFile {
  readonly source: ByteSource;
  /** True when the stored copy was used and nothing was downloaded. */
  readonly reused: boolean;
  /** Why the file is read from the network instead of being stored, for the report; undefined when it is stored. */
  readonly fallback: string | undefined;
  /** What was wrong with a stored copy that was removed and fetched again. */
  readonly replaced: string | undefined;
  /** The header, which was read to see whether the file is whole; undefined for one that is read from the network. */
  readonly gguf: GgufFile | undefined;
}

/** A file in storage, whole or begun. */
export interface StoredFile {
  readonly url: string;
  readonly bytes: number;
  /** False while it is downloaded, or after a download broke off; opening the URL again goes on with it. */
  readonly complete: boolean;
  /** The checksum it was checked against, if any. */
  readonly sha256: string | undefined;
}

/** A begun download that nobody took up for so long, in milliseconds, is removed. */
const STALE_MS = 7 * 24 * 3600 * 1000;

/**
 * Opens a model file by its URL: from storage if it is there, else it is downloaded into storage first (or what is missing of it).
 * Tabs that want the same file wait for each other and share it. A file is under its final name only when it is whole and right:
 * its header was read, all tensors lie inside, and its checksum is the one that is known. Addresses that differ in their signature share a copy.
 * Where it cannot be stored (no OPFS, no room, another tab that holds it), the URL is read in place by ranges, and `fallback` says why.
 * Throws StorageError 'storage-full', 'storage-unavailable' or 'network', ModelFileError, UsageError for an address that is none, AbortedError.
 */
export async function openStored(url: string | URL, options: StoreOptions = {}): Promise<OpenedFile> {
  const address = absolute(url);
  const folder = await openFolder();
  if (typeof folder === 'string') return openInPlace(address, options, folder);
  void askPersistence(); // a browser may ask the user, who may take their time
  try {
    return await openIn(folder, address, options);
  } catch (error) {
    if (!(error instanceof StorageError) || !['storage-full', 'storage-unavailable'].includes(error.code)) throw error;
    const why = error.happened.replace(/\.$/, '');
    return openInPlace(address, options, why).catch((second: unknown) => {
      throw options.signal?.aborted ? second : error; // reading in place was only the way out
    });
  }
}

async function openIn(folder: FileSystemDirectoryHandle, address: string, options: StoreOptions): Promise<OpenedFile> {
  const key = keyOf(address);
  const opened = ({ file, gguf }: WholeFile, reused: boolean, replaced?: string): OpenedFile => ({
    source: blobSource(file, address),
    reused,
    fallback: undefined,
    replaced,
    gguf,
  });
  // A file that is whole is no tab's: whoever holds the lock only reads it.
  const present = await examine(folder, key, address, options).catch((error: unknown) => {
    if (error instanceof WinnowError) throw error;
  });
  if (present?.state === 'good') return opened(present, true);
  const waiting = {
    signal: options.signal,
    onWait: () => options.onProgress?.({ stage: 'wait', loadedBytes: 0, totalBytes: 0 }),
    progress: async () => (await fileOf(folder, key + PART).catch(() => undefined))?.size,
    ...(options.patienceMs !== undefined && { patienceMs: options.patienceMs }),
  };
  return locked(key, waiting, async () => {
    const copy = await examine(folder, key, address, options);
    if (copy.state === 'good') return opened(copy, true);
    if (copy.state === 'unproven' && (await prove(folder, key, address, copy, options))) return opened(copy, true);
    const replaced =
      copy.state === 'bad'
        ? `the stored copy of ${shown(address)} was of no use (${copy.why}): it was removed and fetched again`
        : undefined;
    if (copy.state !== 'none') await removeKey(folder, key);
    await removeStale(folder, key, STALE_MS);
    const whole = await download(folder, key, address, options);
    await removeNamesakes(folder, key, address);
    return opened(whole, false, replaced);
  });
}

async function openInPlace(address: string, options: StoreOptions, why: string): Promise<OpenedFile> {
  const unchecked = options.sha256 === undefined ? '' : ', and its checksum cannot be checked';
  const source = await openUrl(address, options, options.signal);
  const fallback = `${why}: the model is read from the network in place${unchecked}`;
  return { source, reused: false, fallback, replaced: undefined, gguf: undefined };
}

/** Removes copies of the same file that were stored under other addresses. */
async function removeNamesakes(folder: FileSystemDirectoryHandle, besides: string, address: string): Promise<void> {
  const name = stableName(address);
  for (const ending of [WHOLE, PART] as const) {
    /* oxlint-disable no-await-in-loop -- a handful of small reads */
    for (const key of await keysOf(folder, ending)) {
      const note = key === besides ? undefined : await readNote(folder, key);
      if (note !== undefined && URL.canParse(note.url) && stableName(note.url) === name)
        await removeUnlessHeld(folder, key);
    }
    /* oxlint-enable no-await-in-loop */
  }
}

/** All files in storage. Empty without OPFS. */
export async function listStored(): Promise<StoredFile[]> {
  const folder = await openFolder();
  if (typeof folder === 'string') return [];
  const list: StoredFile[] = [];
  for (const ending of [WHOLE, PART] as const) {
    /* oxlint-disable no-await-in-loop -- a handful of small reads */
    for (const key of await keysOf(folder, ending)) {
      const note = await readNote(folder, key);
      const file = await fileOf(folder, key + ending);
      if (note === undefined || file === undefined) continue;
      list.push({ url: note.url, bytes: file.size, complete: ending === WHOLE, sha256: note.sha256 });
    }
    /* oxlint-enable no-await-in-loop */
  }
  return list;
}

/** Removes a file, or what was begun of it. Waits while another tab downloads it. Returns whether there was one. */
export async function removeStored(url: string | URL, signal?: AbortSignal): Promise<boolean> {
  const address = absolute(url);
  const folder = await openFolder();
  if (typeof folder === 'string') return false;
  const key = keyOf(address);
  return locked(key, { signal }, () => removeKey(folder, key));
}

/** Asks the browser not to clear this site's storage on its own. Only pages can ask; in a Worker it tells the present state. */
export async function askPersistence(): Promise<boolean> {
  try {
    const { storage } = globalThis.navigator;
    if (await storage.persisted()) return true;
    return 'persist' in storage ? await storage.persist() : false;
  } catch {
    return false; // a browser that cannot tell keeps files as it likes; elsewhere nothing is kept
  }
}

const absolute = (url: string | URL): string => fetchable(url, globalThis.location?.href);
