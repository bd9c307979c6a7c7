/** A download into storage: fetched piece by piece, looked at, and only then given its final name. */

import { ModelFileError, StorageError, throwIfAborted, WinnowError } from '../core/errors.ts';
import { bytesSource } from './byte-source.ts';
import { sha256OfBlob } from './checksum.ts';
import { parseGguf } from './gguf.ts';
import { changedError, networkError, shown } from './http-fault.ts';
import { probeFile, streamFile, type RemoteFile } from './http.ts';
import { hubFile } from './hub-file.ts';
import { openPart, type PartWriter } from './part-writer.ts';
import { sameSamples, sampleSum } from './samples.ts';
import type { StoreOptions } from './store-options.ts';
import { fileOf, makeWhole, PART, readNote, removeKey, unavailable, writeNote } from './store-folder.ts';
import { readWhole, type WholeFile } from './stored-copy.ts';

/** Times that a file is fetched on after an end which its header does not allow. */
const MOST_ENDS = 5;

interface Job {
  readonly folder: FileSystemDirectoryHandle;
  readonly key: string;
  readonly url: string;
  readonly options: StoreOptions;
}

/**
 * Fetches a file, or what is missing of it, and returns it when it is whole and right.
 * @throws StorageError 'storage-full' or 'network', ModelFileError for what is no whole model or not the one that is wanted
 */
export async function download(
  folder: FileSystemDirectoryHandle,
  key: string,
  url: string,
  given: StoreOptions,
): Promise<WholeFile> {
  const known = given.sha256 === undefined ? await hubFile(url, given, given.signal) : undefined;
  const options: StoreOptions = { ...known, ...given };
  const job: Job = { folder, key, url, options };
  const { signal, bytes } = options;
  const told = await probeFile(url, options, signal);
  if (bytes !== undefined && told.size !== undefined && bytes !== told.size) {
    throw wrongContent(url, `has ${told.size} bytes on the server`, `It should have ${bytes}.`);
  }
  const remote: RemoteFile = { ...told, size: told.size ?? bytes };
  let have = remote.ranges ? await resumable(job, remote) : 0;
  await checkQuota(url, remote.size ?? remote.about, have);
  await writeNote(folder, key, { url, version: remote.version, size: remote.size });
  /* oxlint-disable no-await-in-loop -- one round after the other */
  for (const ends = new Set<number>(); ;) {
    const joined = have > 0;
    const { done, seams } = await fetchPart(job, remote, have);
    try {
      return await finish(job, remote, done, seams);
    } catch (error) {
      if (!(error instanceof ModelFileError)) throw error;
      const early = error.code === 'gguf-truncated' && remote.size === undefined && !ends.has(done);
      if (early && ends.size < MOST_ENDS) {
        // A body without a length may end before its file does: it is asked for again until it ends there twice.
        ends.add(done);
        have = remote.ranges && (remote.version !== undefined || options.sha256 !== undefined) ? done : 0;
      } else if (error.code === 'model-checksum' && joined) {
        have = 0; // halves of two versions, perhaps
      } else {
        await removeKey(folder, key);
        throw error;
      }
    }
  }
  /* oxlint-enable no-await-in-loop */
}

/** Writes the bytes from `have` on. Returns how many the file has then, and whether parts were joined by their bytes. */
async function fetchPart(
  { folder, key, url, options }: Job,
  remote: RemoteFile,
  have: number,
): Promise<{ readonly done: number; readonly seams: boolean }> {
  const { signal, onProgress } = options;
  const totalBytes = (done: number): number => {
    const total = remote.size ?? remote.about ?? 0;
    return done > total ? 0 : total; // a packed length is passed: nobody knows how much there is
  };
  let done = have;
  let seams = false;
  let part: PartWriter | undefined;
  try {
    part = await openPart(folder, key + PART, have);
    onProgress?.({ stage: 'download', loadedBytes: done, totalBytes: totalBytes(done) });
    const checked = options.sha256 !== undefined;
    const onSeam = (): void => {
      seams = true;
    };
    for await (const { at, bytes } of streamFile(remote, have, undefined, { ...options, checked, onSeam }, signal)) {
      if (at === 0) await refuseForeign(url, bytes);
      if (at < done) await part.truncate(at);
      await part.write(bytes, at);
      done = at + bytes.length;
      onProgress?.({ stage: 'download', loadedBytes: done, totalBytes: totalBytes(done) });
    }
    await part.close();
    const { size = 0 } = (await fileOf(folder, key + PART)) ?? {};
    if (size !== done) throw new DOMException(`${size} of ${done} bytes were written`, 'QuotaExceededError');
    return { done, seams };
  } catch (error) {
    if (error instanceof Error && error.name === 'QuotaExceededError') {
      // The part stands in the way of anything else, and cannot be finished.
      await part?.discard();
      await removeKey(folder, key);
      throw await spaceEnded(url, remote.size, done, error);
    }
    if (error instanceof ModelFileError || error instanceof ForeignFile) {
      await part?.discard();
      await removeKey(folder, key);
      throw error instanceof ForeignFile ? error.cause : error;
    }
    // What came so far is kept, so that the next try goes on from it.
    await part?.close().catch(() => undefined);
    throw error instanceof WinnowError ? error : unavailable(error);
  }
}

class ForeignFile extends Error {}

/** Ends a download at its first bytes when they are no model's. */
async function refuseForeign(url: string, start: Uint8Array): Promise<void> {
  if (start.length < 24) return; // too little to tell: the end decides
  const text = new TextDecoder().decode(start.subarray(0, 512)).trimStart();
  if (/^<(!doctype|html|head|body|\?xml)/i.test(text)) {
    const cause = networkError(
      url,
      'the server sent a web page in its place',
      undefined,
      'Open the address in a tab: the network or the site may ask to sign in. Then try again.',
    );
    throw new ForeignFile('a web page', { cause });
  }
  if (!text.startsWith('GGUF')) await parseGguf(bytesSource(start, shown(url)));
}

/** Looks at the finished part, and gives it its final name. */
async function finish(
  { folder, key, url, options }: Job,
  remote: RemoteFile,
  done: number,
  seams: boolean,
): Promise<WholeFile> {
  const { signal, onProgress } = options;
  const part = await fileOf(folder, key + PART);
  if (part === undefined || (options.bytes !== undefined && part.size !== options.bytes))
    throw wrongContent(url, `was stored with ${part?.size ?? 0} bytes`, `It should have ${options.bytes ?? done}.`);
  await readWhole(part, shown(url), signal);
  const wanted = options.sha256?.toLowerCase();
  if (wanted !== undefined) {
    const found = await sha256OfBlob(
      part,
      (loadedBytes) => onProgress?.({ stage: 'check', loadedBytes, totalBytes: part.size }),
      signal,
    );
    if (found !== wanted) throw wrongContent(url, `has the SHA-256 ${found}`, `It should be ${wanted}.`);
  } else if (seams && !(await sameSamples(part, remote, options, signal))) {
    await removeKey(folder, key);
    throw changedError(url, 'parts of it are others now');
  }
  throwIfAborted(signal);
  const samples = await sampleSum(part);
  await writeNote(folder, key, { url, version: remote.version, size: part.size, sha256: wanted, samples });
  return readWhole(await makeWhole(folder, key), shown(url), signal);
}

/** How many bytes of a begun download can be kept: all when it belongs to the same version, else none. */
async function resumable({ folder, key, options }: Job, remote: RemoteFile): Promise<number> {
  const part = await fileOf(folder, key + PART);
  const note = await readNote(folder, key);
  if (part === undefined || note === undefined) return 0;
  // Without a version from the server only a checksum can tell that the halves belong together.
  const same =
    note.size === remote.size &&
    note.version === remote.version &&
    (remote.version !== undefined || (options.sha256 !== undefined && remote.size !== undefined));
  return same && part.size <= (remote.size ?? Infinity) ? part.size : 0;
}

/** What the browser says of this site's room; nothing where it does not tell. */
async function room(): Promise<StorageEstimate> {
  try {
    return await navigator.storage.estimate();
  } catch {
    return {};
  }
}

/** Throws before the download when the browser says that the file will not fit. */
async function checkQuota(url: string, size: number | undefined, have: number): Promise<void> {
  if (size === undefined) return;
  const { quota, usage } = await room();
  if (quota === undefined || usage === undefined || size - have <= quota - usage) return;
  throw storageFull(
    url,
    `${size - have} bytes are to be stored, but the browser grants ${Math.max(0, quota - usage)} more (${usage} of ${quota} are used)`,
  );
}

async function spaceEnded(url: string, size: number | undefined, done: number, cause: unknown): Promise<StorageError> {
  const { quota, usage } = await room();
  const used = quota === undefined || usage === undefined ? '' : ` (${usage} of ${quota} are used)`;
  return storageFull(url, `the space ended after ${done} of ${size ?? 'unknown'} bytes${used}`, cause);
}

const storageFull = (url: string, why: string, cause?: unknown): StorageError =>
  new StorageError({
    code: 'storage-full',
    happened: `${shown(url)} cannot be stored: ${why}.`,
    expected: 'The whole file must fit into the storage of this site.',
    todo: 'Remove stored models or free disk space, or choose a smaller model.',
    cause,
  });

const wrongContent = (url: string, happened: string, expected: string): ModelFileError =>
  new ModelFileError({
    code: 'model-checksum',
    happened: `${shown(url)} ${happened}.`,
    expected,
    todo: 'Try again later, or use another source: what was stored of it is removed.',
  });
