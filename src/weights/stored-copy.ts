/** Copies in storage, looked at before they are trusted. */

import { ModelFileError } from '../core/errors.ts';
import { blobSource } from './byte-source.ts';
import { sha256OfBlob } from './checksum.ts';
import { parseGguf, type GgufFile } from './gguf.ts';
import { probeFile } from './http.ts';
import { sameSamples, sampleSum } from './samples.ts';
import { sameButSigned } from './stable-name.ts';
import type { StoreOptions } from './store-options.ts';
import { fileOf, readNote, WHOLE, writeNote, type Note } from './store-folder.ts';

/** A file whose header was read, and whose tensors all lie inside of it. */
export interface WholeFile {
  readonly file: File;
  readonly gguf: GgufFile;
}

export type Copy =
  | { readonly state: 'none' }
  | ({ readonly state: 'good'; readonly note: Note | undefined } & WholeFile)
  /** Sound, but perhaps not what is wanted now: it has another checksum, or came from another address. */
  | ({ readonly state: 'unproven'; readonly note: Note } & WholeFile)
  | { readonly state: 'bad'; readonly why: string };

/** Reads a file's header. @throws ModelFileError for one that is not whole or no model */
export const readWhole = async (file: File, name: string, signal?: AbortSignal): Promise<WholeFile> => ({
  file,
  gguf: await parseGguf(blobSource(file, name), signal),
});

/** Looks at what is stored, and changes nothing. */
export async function examine(
  folder: FileSystemDirectoryHandle,
  key: string,
  address: string,
  { sha256, bytes, signal }: StoreOptions,
): Promise<Copy> {
  const file = await fileOf(folder, key + WHOLE);
  if (file === undefined) return { state: 'none' };
  const note = await readNote(folder, key);
  if (note?.size !== undefined && note.size !== file.size)
    return { state: 'bad', why: `it has ${file.size} bytes, and had ${note.size} when it was stored` };
  if (bytes !== undefined && bytes !== file.size)
    return { state: 'bad', why: `it has ${file.size} bytes where ${bytes} are wanted` };
  if (note?.samples !== undefined && note.samples !== (await sampleSum(file)))
    return { state: 'bad', why: 'it has other bytes than when it was stored' };
  let whole: WholeFile;
  try {
    whole = await readWhole(file, address, signal);
  } catch (error) {
    if (error instanceof ModelFileError) return { state: 'bad', why: error.happened.replace(/\.$/, '') };
    throw error;
  }
  const proven =
    sha256 === undefined ? note === undefined || note.url === address : note?.sha256 === sha256.toLowerCase();
  return proven
    ? { state: 'good', note, ...whole }
    : { state: 'unproven', note: note ?? { url: address, size: file.size }, ...whole };
}

/** Whether an unproven copy is what is wanted; then its note says so. Asks the server where no checksum decides. */
export async function prove(
  folder: FileSystemDirectoryHandle,
  key: string,
  address: string,
  { file, note }: Extract<Copy, { state: 'unproven' }>,
  options: StoreOptions,
): Promise<boolean> {
  const { onProgress, signal } = options;
  const wanted = options.sha256?.toLowerCase();
  const same =
    wanted === undefined
      ? await sameOnServer(file, note, address, options)
      : wanted ===
        (await sha256OfBlob(
          file,
          (loadedBytes) => onProgress?.({ stage: 'check', loadedBytes, totalBytes: file.size }),
          signal,
        ));
  if (same) await writeNote(folder, key, { ...note, url: address, ...(wanted && { sha256: wanted }) });
  return same;
}

async function sameOnServer(file: File, note: Note, address: string, options: StoreOptions): Promise<boolean> {
  const { signal } = options;
  const resigned = sameButSigned(note.url, address);
  let remote;
  try {
    remote = await probeFile(address, { ...options, attempts: 2 }, signal);
  } catch (error) {
    // Without a network, or with a signature that holds no longer, the name is what there is to go by.
    if (resigned && !signal?.aborted) return true;
    throw error;
  }
  if (remote.size !== undefined && remote.size !== file.size) return false;
  if (remote.version !== undefined && note.version !== undefined) return remote.version === note.version;
  return remote.ranges ? sameSamples(file, remote, options, signal) : resigned && remote.size === file.size;
}
