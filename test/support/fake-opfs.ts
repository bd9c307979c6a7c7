/** The private file system and the locks of a browser, in memory: what storage needs of them, for tests in Node. */

interface Entry {
  bytes: Uint8Array<ArrayBuffer>;
  changed: number;
}

/** A folder's files by name; tests read and change them. */
export interface FakeOpfs {
  readonly files: Map<string, Entry>;
  readonly locks: FakeLocks;
  /** What `estimate()` answers. */
  estimate: () => Promise<StorageEstimate>;
  /** Bytes that all files may have together. */
  quota: number;
  /** What a full disk does: throw, as most do, or answer 2^32 - 8 or write less without a word. */
  full: 'throws' | 'answers' | 'loses';
  readonly navigator: object;
}

const named = (name: string): Error => Object.assign(new Error(name), { name });

/** Installs it as `navigator` (and `FileSystemFileHandle`); `restore` with vi.unstubAllGlobals(). `sync`: with access handles, as in a Worker. */
export function fakeOpfs(stub: (name: string, value: unknown) => void, sync: boolean): FakeOpfs {
  const files = new Map<string, Entry>();
  const opfs: FakeOpfs = {
    files,
    locks: new FakeLocks(),
    estimate: async () => ({ quota: opfs.quota, usage: used() }),
    quota: 1e9,
    full: 'throws',
    get navigator() {
      return {
        storage: {
          getDirectory: async () => folder,
          estimate: () => opfs.estimate(),
          persisted: async () => true,
        },
        locks: opfs.locks,
      };
    },
  };
  /** What writable streams hold until they are closed. */
  const drafts = new Set<Entry>();
  const used = (): number => [...files.values(), ...drafts].reduce((sum, { bytes }) => sum + bytes.length, 0);
  /** Writes what fits; returns how much that was. */
  const put = (entry: Entry, bytes: Uint8Array, at: number): number => {
    const grows = Math.max(0, at + bytes.length - entry.bytes.length);
    const fits = Math.max(0, Math.min(bytes.length, bytes.length - Math.max(0, used() + grows - opfs.quota)));
    const next = new Uint8Array(Math.max(entry.bytes.length, at + fits));
    next.set(entry.bytes);
    next.set(bytes.subarray(0, fits), at);
    entry.bytes = next;
    entry.changed = Date.now();
    return fits;
  };
  const resize = (entry: Entry, size: number): void => {
    const next = new Uint8Array(size);
    next.set(entry.bytes.subarray(0, size));
    entry.bytes = next;
  };
  const write = (entry: Entry, bytes: Uint8Array, at: number): number => {
    const count = put(entry, bytes, at);
    if (count === bytes.length || opfs.full === 'loses') return bytes.length;
    if (opfs.full === 'answers') return 2 ** 32 - 8;
    throw named('QuotaExceededError');
  };

  class Handle {
    name: string;
    constructor(name: string) {
      this.name = name;
    }
    async getFile(): Promise<File> {
      const entry = files.get(this.name);
      if (!entry) throw named('NotFoundError');
      return new File([entry.bytes], this.name, { lastModified: entry.changed });
    }
    async move(name: string): Promise<void> {
      files.set(name, files.get(this.name)!);
      files.delete(this.name);
      this.name = name;
    }
    async createWritable({ keepExistingData = false }): Promise<object> {
      const entry = files.get(this.name)!;
      const draft: Entry = { bytes: keepExistingData ? entry.bytes.slice() : new Uint8Array(), changed: Date.now() };
      drafts.add(draft);
      return {
        truncate: async (size: number) => resize(draft, size),
        write: async ({ position, data }: { position: number; data: Uint8Array }) => {
          write(draft, data, position);
        },
        close: async () => {
          drafts.delete(draft);
          files.set(this.name, draft);
        },
        abort: async () => drafts.delete(draft),
      };
    }
  }
  class SyncHandle extends Handle {
    async createSyncAccessHandle(): Promise<object> {
      const entry = files.get(this.name)!;
      return {
        truncate: (size: number) => resize(entry, size),
        write: (bytes: Uint8Array, { at }: { at: number }) => write(entry, bytes, at),
        flush: () => undefined,
        close: () => undefined,
      };
    }
  }
  const folder = {
    getDirectoryHandle: async () => folder,
    getFileHandle: async (name: string, { create = false } = {}) => {
      if (!files.has(name)) {
        if (!create) throw named('NotFoundError');
        files.set(name, { bytes: new Uint8Array(), changed: Date.now() });
      }
      return sync ? new SyncHandle(name) : new Handle(name);
    },
    removeEntry: async (name: string) => {
      if (!files.delete(name)) throw named('NotFoundError');
    },
    keys: async function* keys() {
      yield* new Set(files.keys());
    },
  };
  stub('navigator', opfs.navigator);
  stub('FileSystemFileHandle', Handle);
  return opfs;
}

type Work = (lock: object | null) => unknown;

/** Web Locks, exclusive ones, by name. */
export class FakeLocks {
  readonly #held = new Map<string, Promise<unknown>>();

  async query(): Promise<{ held: { name: string }[] }> {
    return { held: Array.from(this.#held.keys(), (name) => ({ name })) };
  }

  async request(
    name: string,
    second: Work | { ifAvailable?: boolean; signal?: AbortSignal },
    third?: Work,
  ): Promise<unknown> {
    const work = typeof second === 'function' ? second : third!;
    const { ifAvailable = false, signal } = typeof second === 'function' ? {} : second;
    const before = this.#held.get(name);
    if (ifAvailable && before !== undefined) return work(null);
    let release!: () => void;
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    const tail = (before ?? Promise.resolve()).then(() => mine);
    this.#held.set(name, tail);
    try {
      if (before !== undefined)
        await Promise.race([
          before,
          new Promise((_, reject) => {
            signal?.addEventListener('abort', () => reject(named('AbortError')), { once: true });
          }),
        ]);
      return await work({ name });
    } finally {
      release();
      void tail.then(() => this.#held.get(name) === tail && this.#held.delete(name));
    }
  }
}
