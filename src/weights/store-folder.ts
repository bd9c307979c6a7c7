/** The folder of stored models in the private file system: names, locks, notes and removal. */

import { abortedError, StorageError, throwIfAborted, WinnowError } from '../core/errors.ts';
import { openPart, patiently } from './part-writer.ts';

/** Endings of a file that is whole and right, of a begun download, and of the note beside either. */
export const WHOLE = '.gguf';
export const PART = '.part';
const NOTE = '.json';
const PATH = ['winnow', 'models'] as const;

/** What is noted beside each file. */
export interface Note {
  readonly url: string;
  /** The server's version that a begun download belongs to. */
  readonly version?: string | undefined;
  readonly size?: number | undefined;
  /** The checksum the file was checked against. */
  readonly sha256?: string | undefined;
  /** A checksum of samples, of a file that is whole. */
  readonly samples?: string | undefined;
}

/** The folder, or why there is none. */
export async function openFolder(): Promise<FileSystemDirectoryHandle | string> {
  if (typeof navigator === 'undefined' || typeof navigator.storage?.getDirectory !== 'function') {
    return 'this browser has no private file system (OPFS) here';
  }
  if (navigator.locks === undefined) return 'this browser has no Web Locks here';
  if (typeof FileSystemFileHandle === 'undefined' || !('move' in FileSystemFileHandle.prototype)) {
    return 'this browser cannot rename stored files';
  }
  try {
    let folder = await navigator.storage.getDirectory();
    // oxlint-disable-next-line no-await-in-loop -- a path is walked step by step
    for (const name of PATH) folder = await folder.getDirectoryHandle(name, { create: true });
    return folder;
  } catch (error) {
    return `the browser refuses private storage (${error instanceof Error ? error.name : String(error)})`;
  }
}

export interface Waiting {
  readonly signal?: AbortSignal | undefined;
  /** Called when another tab holds the file, and again each time it was found to get on with it. */
  readonly onWait?: () => void;
  /** How far the holder has come; waiting ends when that stays the same for `patienceMs`. Without it, waiting has no end. */
  readonly progress?: () => Promise<unknown>;
  readonly patienceMs?: number;
}

/**
 * Runs `work` while no other tab or Worker works on the same file. Foreign errors become 'storage-unavailable'.
 * @throws StorageError 'storage-unavailable' when another one holds the file and does not get on with it
 */
export async function locked<T>(key: string, waiting: Waiting, work: () => Promise<T>): Promise<T> {
  const { signal, onWait, progress, patienceMs = 30_000 } = waiting;
  const name = `winnow/${key}`;
  try {
    throwIfAborted(signal);
    const got = await navigator.locks.request(name, { ifAvailable: true }, async (lock) =>
      lock === null ? undefined : { value: await work() },
    );
    if (got !== undefined) return got.value;
    for (let before = await progress?.(); ;) {
      onWait?.();
      const limit = new AbortController();
      const timer = progress && setTimeout(() => limit.abort(), patienceMs);
      let working = false;
      try {
        // oxlint-disable-next-line no-await-in-loop -- a round of waiting after the other
        return await navigator.locks.request(
          name,
          { signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal },
          () => {
            working = true;
            clearTimeout(timer);
            return work();
          },
        );
      } catch (error) {
        if (working || !limit.signal.aborted) throw error;
      } finally {
        clearTimeout(timer);
      }
      // oxlint-disable-next-line no-await-in-loop
      const now = await progress?.();
      if (now === before) throw heldElsewhere(patienceMs);
      before = now;
    }
  } catch (error) {
    if (signal?.aborted) throw abortedError(signal.reason);
    if (error instanceof WinnowError) throw error;
    throw error instanceof Error && error.name === 'QuotaExceededError' ? noRoom(error) : unavailable(error);
  }
}

const heldElsewhere = (milliseconds: number): StorageError =>
  new StorageError({
    code: 'storage-unavailable',
    happened: `Another tab of this site has held the file for ${milliseconds / 1000} s without getting on with it.`,
    expected: 'A tab that downloads a file ends with it.',
    todo: 'Close other tabs of this site and try again.',
  });

const noRoom = (cause: unknown): StorageError =>
  new StorageError({
    code: 'storage-full',
    happened: 'The storage of this site is full: not even a note could be written.',
    expected: 'The whole file must fit into the storage of this site.',
    todo: 'Remove stored models or free disk space, or choose a smaller model.',
    cause,
  });

/** The error of a file system that fails for reasons of its own. */
export const unavailable = (cause: unknown): StorageError =>
  new StorageError({
    code: 'storage-unavailable',
    happened: `The browser's storage failed (${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}).`,
    expected: 'Files can be written to the private file system of this site.',
    todo: 'Close other tabs of this site and try again.',
    cause,
  });

/** The file with this name, or undefined. */
export async function fileOf(folder: FileSystemDirectoryHandle, name: string): Promise<File | undefined> {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundError') return undefined;
    throw error;
  }
}

/** Gives a finished part its final name, and returns the file. */
export async function makeWhole(folder: FileSystemDirectoryHandle, key: string): Promise<File> {
  const handle: FileSystemFileHandle & { move?(name: string): Promise<void> } = await folder.getFileHandle(key + PART);
  await patiently(async () => handle.move?.(key + WHOLE));
  return (await folder.getFileHandle(key + WHOLE)).getFile();
}

/** The note beside a file, or undefined when there is none that can be read. */
export async function readNote(folder: FileSystemDirectoryHandle, key: string): Promise<Note | undefined> {
  const text = await (await fileOf(folder, key + NOTE))?.text();
  try {
    const note: unknown = JSON.parse(text ?? 'null');
    return isNote(note) ? note : undefined;
  } catch {
    return undefined; // cut off while it was written: the download begins again
  }
}

const isText = (field: unknown): boolean => field === undefined || typeof field === 'string';

function isNote(value: unknown): value is Note {
  if (typeof value !== 'object' || value === null) return false;
  const { url, version, size, sha256, samples }: Partial<Record<string, unknown>> = { ...value };
  return (
    typeof url === 'string' &&
    [version, sha256, samples].every(isText) &&
    (size === undefined || typeof size === 'number')
  );
}

/** Writes the note beside a file. */
export async function writeNote(folder: FileSystemDirectoryHandle, key: string, note: Note): Promise<void> {
  const part = await openPart(folder, key + NOTE, 0);
  try {
    await part.write(new TextEncoder().encode(JSON.stringify(note)), 0);
  } finally {
    await part.close();
  }
}

/** Removes a file, what was begun of it, and its note. Returns whether there was a file. */
export async function removeKey(folder: FileSystemDirectoryHandle, key: string): Promise<boolean> {
  let removed = false;
  for (const ending of [WHOLE, PART, NOTE]) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- in this order, so that a file never stands without its note
      await patiently(() => folder.removeEntry(key + ending));
      removed ||= ending !== NOTE;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'NotFoundError') throw error;
    }
  }
  return removed;
}

/** Keys of the files with one of these endings. */
export async function keysOf(folder: FileSystemDirectoryHandle, ending: typeof WHOLE | typeof PART): Promise<string[]> {
  const keys: string[] = [];
  for await (const name of folder.keys()) if (name.endsWith(ending)) keys.push(name.slice(0, -ending.length));
  return keys;
}

/** Removes begun downloads besides one that nobody touched for `age` milliseconds, unless a tab works on them now. */
export async function removeStale(folder: FileSystemDirectoryHandle, besides: string, age: number): Promise<void> {
  for (const key of await keysOf(folder, PART)) {
    if (key === besides) continue;
    // oxlint-disable-next-line no-await-in-loop -- few, and not urgent
    await removeUnlessHeld(folder, key, async () => {
      const part = await fileOf(folder, key + PART);
      return part !== undefined && Date.now() - part.lastModified > age;
    });
  }
}

/** Removes a file, and what was begun of it, unless a tab works on it now or `wanted` says no. */
export async function removeUnlessHeld(
  folder: FileSystemDirectoryHandle,
  key: string,
  wanted: () => Promise<boolean> = async () => true,
): Promise<void> {
  await navigator.locks.request(`winnow/${key}`, { ifAvailable: true }, async (lock) => {
    if (lock && (await wanted())) await removeKey(folder, key);
  });
}
