/** Model files kept in the browser's private file system (OPFS): downloaded once, checked, and read in place afterwards. */

import { ModelFileError, StorageError, throwIfAborted, WinnowError } from '../core/errors.ts';
import { blobSource, type ByteSource } from './byte-source.ts';
import { sha256OfBlob, sha256OfText } from './checksum.ts';
import { probeFile, streamFile, type HttpOptions, type RemoteFile } from './http.ts';
import { openPart } from './part-writer.ts';
import {
  fileOf,
  keysOf,
  locked,
  makeWhole,
  openFolder,
  PART,
  readNote,
  removeKey,
  removeStale,
  unavailable,
  WHOLE,
  writeNote,
  type Note,
} from './store-folder.ts';
import { openUrl } from './url-source.ts';

export interface StoreProgress {
  readonly stage: 'download' | 'check';
  readonly loadedBytes: number;
  /** 0 where the server does not tell the size. */
  readonly totalBytes: number;
}

export interface StoreOptions extends HttpOptions {
  /** The file's SHA-256 in hexadecimal; without it only the length is checked. */
  readonly sha256?: string;
  /** The file's length, where it is known beforehand. */
  readonly bytes?: number;
  readonly onProgress?: (progress: StoreProgress) => void;
  readonly signal?: AbortSignal;
}

export interface OpenedFile {
  readonly source: ByteSource;
  /** True when the stored copy was used and nothing was downloaded. */
  readonly reused: boolean;
  /** Why the file is read from the network instead of being stored, for the report; undefined when it is stored. */
  readonly fallback: string | undefined;
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
 * Opens a file by its URL: from storage if it is there, else it is downloaded into storage first (or what is missing of it).
 * Tabs that want the same file wait for each other and share it. A file is under its final name only when it is whole and right.
 * Without OPFS the URL is read in place by ranges, and `fallback` says why.
 * Throws StorageError 'storage-full' or 'network', ModelFileError 'model-checksum' or 'model-not-found', AbortedError.
 */
export async function openStored(url: string | URL, options: StoreOptions = {}): Promise<OpenedFile> {
  const address = absolute(url);
  const folder = await openFolder();
  if (typeof folder === 'string') {
    const unchecked = options.sha256 === undefined ? '' : ', and its checksum cannot be checked';
    const source = await openUrl(address, options, options.signal);
    return { source, reused: false, fallback: `${folder}: the model is read from the network in place${unchecked}` };
  }
  const key = keyOf(address);
  void askPersistence(); // a browser may ask the user, who may take their time
  return locked(key, options.signal, async () => {
    const stored = await findStored(folder, key, options);
    if (stored !== undefined) return { source: blobSource(stored, address), reused: true, fallback: undefined };
    await removeStale(folder, key, STALE_MS);
    const file = await download(folder, key, address, options);
    return { source: blobSource(file, address), reused: false, fallback: undefined };
  });
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
  const folder = await openFolder();
  if (typeof folder === 'string') return false;
  const key = keyOf(absolute(url));
  return locked(key, signal, () => removeKey(folder, key));
}

/** Asks the browser not to clear this site's storage on its own. Only pages can ask; in a Worker it tells the present state. */
export async function askPersistence(): Promise<boolean> {
  const { storage } = navigator;
  try {
    if (await storage.persisted()) return true;
    return 'persist' in storage ? await storage.persist() : false;
  } catch {
    return false; // a browser that cannot tell keeps files as it likes
  }
}

const absolute = (url: string | URL): string => new URL(url, globalThis.location?.href).href;
const keyOf = (url: string): string => sha256OfText(url).slice(0, 32);

/** The whole file if it is stored and is the one that is wanted; one that is not is removed. */
async function findStored(
  folder: FileSystemDirectoryHandle,
  key: string,
  options: StoreOptions,
): Promise<File | undefined> {
  const file = await fileOf(folder, key + WHOLE);
  if (file === undefined) return undefined;
  const note = await readNote(folder, key);
  const sizeFits = options.bytes === undefined || options.bytes === file.size;
  if (sizeFits && options.sha256 === undefined) return file;
  if (sizeFits && note?.sha256 === options.sha256?.toLowerCase()) return file;
  // It was stored without a checksum, or with another: its content decides.
  if (sizeFits && (await checksum(file, options)) === options.sha256?.toLowerCase()) {
    if (note !== undefined) await writeNote(folder, key, { ...note, sha256: options.sha256?.toLowerCase() });
    return file;
  }
  await removeKey(folder, key);
  return undefined;
}

async function download(
  folder: FileSystemDirectoryHandle,
  key: string,
  url: string,
  options: StoreOptions,
): Promise<File> {
  const { signal, onProgress } = options;
  const remote = await probeFile(url, options, signal);
  if (options.bytes !== undefined && remote.size !== undefined && options.bytes !== remote.size) {
    throw wrongContent(url, `has ${remote.size} bytes on the server`, `It should have ${options.bytes}.`);
  }
  const size = remote.size ?? options.bytes;
  const have = await resumable(folder, key, { ...remote, size }, options.sha256 !== undefined);
  await checkQuota(url, size, have);
  await writeNote(folder, key, { url, version: remote.version, size });

  const part = await openPart(folder, key + PART, have);
  let done = have;
  try {
    onProgress?.({ stage: 'download', loadedBytes: done, totalBytes: size ?? 0 });
    for await (const chunk of streamFile({ ...remote, size }, have, undefined, options, signal)) {
      await part.write(chunk, done);
      done += chunk.length;
      onProgress?.({ stage: 'download', loadedBytes: done, totalBytes: size ?? 0 });
    }
    await part.close();
  } catch (error) {
    if (error instanceof Error && error.name === 'QuotaExceededError') {
      // The part stands in the way of anything else, and cannot be finished.
      await part.discard();
      await removeKey(folder, key);
      throw await spaceEnded(url, size, done, error);
    }
    // What came so far is kept, so that the next try goes on from it.
    await part.close().catch(() => undefined);
    throw error instanceof WinnowError ? error : unavailable(error);
  }
  return finish(folder, key, url, options, { url, version: remote.version, size });
}

/** Checks the finished part, and gives it its final name. */
async function finish(
  folder: FileSystemDirectoryHandle,
  key: string,
  url: string,
  options: StoreOptions,
  note: Note,
): Promise<File> {
  const part = await fileOf(folder, key + PART);
  if (part === undefined || (note.size !== undefined && part.size !== note.size)) {
    await removeKey(folder, key);
    throw wrongContent(url, `was stored with ${part?.size ?? 0} bytes`, `It should have ${note.size}.`);
  }
  const wanted = options.sha256?.toLowerCase();
  if (wanted !== undefined) {
    const found = await checksum(part, options);
    if (found !== wanted) {
      await removeKey(folder, key);
      throw wrongContent(url, `has the SHA-256 ${found}`, `It should be ${wanted}.`);
    }
  }
  throwIfAborted(options.signal);
  await writeNote(folder, key, { ...note, sha256: wanted });
  return makeWhole(folder, key);
}

const checksum = (file: Blob, { onProgress, signal }: StoreOptions): Promise<string> =>
  sha256OfBlob(file, (loadedBytes) => onProgress?.({ stage: 'check', loadedBytes, totalBytes: file.size }), signal);

/** How many bytes of a begun download can be kept: all when it belongs to the same version, else none. */
async function resumable(
  folder: FileSystemDirectoryHandle,
  key: string,
  remote: RemoteFile,
  checked: boolean,
): Promise<number> {
  const part = await fileOf(folder, key + PART);
  const note = await readNote(folder, key);
  if (part === undefined || note === undefined || remote.size === undefined) return 0;
  // Without a version from the server only a checksum can tell that the halves belong together.
  const same =
    note.size === remote.size && note.version === remote.version && (remote.version !== undefined || checked);
  return same && part.size <= remote.size ? part.size : 0;
}

/** Throws before the download when the browser says that the file will not fit. */
async function checkQuota(url: string, size: number | undefined, have: number): Promise<void> {
  if (size === undefined) return;
  const { quota, usage } = await navigator.storage.estimate();
  if (quota === undefined || usage === undefined || size - have <= quota - usage) return;
  throw storageFull(
    url,
    `${size - have} bytes are to be stored, but the browser grants ${Math.max(0, quota - usage)} more (${usage} of ${quota} are used)`,
  );
}

async function spaceEnded(url: string, size: number | undefined, done: number, cause: unknown): Promise<StorageError> {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate().catch((): StorageEstimate => ({}));
  return storageFull(
    url,
    `the space ended after ${done} of ${size ?? 'unknown'} bytes (${usage} of ${quota} are used)`,
    cause,
  );
}

const storageFull = (url: string, why: string, cause?: unknown): StorageError =>
  new StorageError({
    code: 'storage-full',
    happened: `${url} cannot be stored: ${why}.`,
    expected: 'The whole file must fit into the storage of this site.',
    todo: 'Remove stored models or free disk space, or choose a smaller model.',
    cause,
  });

const wrongContent = (url: string, happened: string, expected: string): ModelFileError =>
  new ModelFileError({
    code: 'model-checksum',
    happened: `${url} ${happened}.`,
    expected,
    todo: 'Try again later, or use another source: what was stored of it is removed.',
  });
