/** Writing a file of the private file system in pieces: by a sync access handle in a Worker, by a writable stream in a page. */

/** A file being written. After `close` or `discard` nothing more happens to it; a second call of either is harmless. */
export interface PartWriter {
  /** Writes bytes at a position; pieces follow one another. */
  write(bytes: Uint8Array<ArrayBuffer>, at: number): Promise<void>;
  /** Drops what was written from a position on. */
  truncate(size: number): Promise<void>;
  /** Keeps what was written. */
  close(): Promise<void>;
  /** Drops what was written; the file is to be removed then. */
  discard(): Promise<void>;
}

// The types of pages lack what only dedicated Workers have.
interface SyncAccessHandle {
  write(bytes: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
type SyncFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccessHandle> };

const isSync = (handle: FileSystemFileHandle): handle is SyncFileHandle => 'createSyncAccessHandle' in handle;

/** Opens a file for writing from byte `keep` on; what it has beyond is dropped. */
export async function openPart(folder: FileSystemDirectoryHandle, name: string, keep: number): Promise<PartWriter> {
  const handle = await folder.getFileHandle(name, { create: true });
  return isSync(handle) ? openSync(handle, keep) : openStream(handle, keep);
}

async function openSync(handle: SyncFileHandle, keep: number): Promise<PartWriter> {
  const access = await patiently(() => handle.createSyncAccessHandle());
  access.truncate(keep);
  let open = true;
  const end = (last: () => void): void => {
    if (!open) return;
    open = false;
    try {
      last();
    } finally {
      access.close();
    }
  };
  return {
    async write(bytes, at) {
      let done = 0;
      while (done < bytes.length) {
        const count = access.write(bytes.subarray(done), { at: at + done });
        // Chromium's private windows answer 2^32 - 8 where the space ended.
        if (!(count > 0 && count <= bytes.length - done))
          throw new DOMException('not all could be written', 'QuotaExceededError');
        done += count;
      }
    },
    async truncate(size) {
      access.truncate(size);
    },
    async close() {
      end(() => access.flush());
    },
    async discard() {
      end(() => access.truncate(0));
    },
  };
}

/** The stream writes to a copy that takes the file's place on `close`: a tab that dies before loses this session's bytes. */
async function openStream(handle: FileSystemFileHandle, keep: number): Promise<PartWriter> {
  const stream = await patiently(() => handle.createWritable({ keepExistingData: keep > 0 }));
  await stream.truncate(keep);
  let open = true;
  return {
    write: (bytes, at) => stream.write({ type: 'write', position: at, data: bytes }),
    truncate: (size) => stream.truncate(size),
    async close() {
      if (!open) return;
      open = false;
      await stream.close();
    },
    async discard() {
      open = false;
      await stream.abort().catch(() => undefined); // it may have failed already
    },
  };
}

/** A tab or Worker that has just died may hold the file for a moment longer. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      return await work();
    } catch (error) {
      const held = error instanceof Error && error.name === 'NoModificationAllowedError';
      if (!held || tries >= 10) throw error;
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
