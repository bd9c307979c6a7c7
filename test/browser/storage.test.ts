import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WinnowError } from '../../src/core/errors.ts';
import {
  listStored,
  openStored,
  removeStored,
  type StoreOptions,
  type StoreProgress,
} from '../../src/weights/storage.ts';
import { failureOf } from '../support/failure.ts';
import { fakeGguf, fakeServer, type FakeFaults, type FakeServer } from '../support/fake-server.ts';
import type { WorkerAnswer, WorkerTask } from './storage-worker.ts';

const url = 'https://models.example/tiny.gguf';
const other = 'https://models.example/other.gguf';
const content = fakeGguf(100_000);
const quick: StoreOptions = { attempts: 1, retryDelayMs: 1 };
const offline: typeof fetch = async () => {
  throw new Error('the network was used');
};

const hex = async (bytes: BufferSource): Promise<string> =>
  Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

const folder = async (): Promise<FileSystemDirectoryHandle> => {
  const root = await navigator.storage.getDirectory();
  return (await root.getDirectoryHandle('winnow', { create: true })).getDirectoryHandle('models', { create: true });
};
const names = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const name of (await folder()).keys()) found.push(name.slice(name.lastIndexOf('.')));
  return found.toSorted();
};
const failure = (work: Promise<unknown>): Promise<WinnowError> => failureOf(work, WinnowError);

/** Opens the URL in a fresh Worker. */
async function inWorker(task: Partial<WorkerTask> = {}): Promise<WorkerAnswer> {
  const worker = new Worker(new URL('./storage-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise<WorkerAnswer>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => resolve(data));
      worker.addEventListener('error', (event) => reject(new Error(event.message)));
      const message: WorkerTask = {
        url,
        length: content.length,
        seed: 0,
        faults: {},
        options: quick,
        ...task,
      };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a Worker's has none
      worker.postMessage(message);
    });
  } finally {
    worker.terminate();
  }
}

/** Opens the URL in this page, and answers as the Worker does. */
async function inPage({ faults = {}, options = quick, seed = 0 }: Partial<WorkerTask> = {}): Promise<WorkerAnswer> {
  const server = fakeServer(fakeGguf(content.length, seed), faults);
  try {
    const { source, reused, fallback } = await openStored(url, { ...options, fetch: server.fetch });
    return { code: 'ok', reused, fallback, bytes: await source.read(0, source.size), requests: server.requests };
  } catch (error) {
    return {
      code: error instanceof WinnowError ? error.code : String(error),
      reused: false,
      fallback: undefined,
      bytes: undefined,
      requests: server.requests,
    };
  }
}

const clear = async (): Promise<void> => {
  await removeStored(url);
  await removeStored(other);
};
beforeEach(clear);
afterEach(async () => {
  vi.restoreAllMocks();
  await clear();
});

describe.each([
  ['a page', inPage],
  ['a Worker', inWorker],
])('in %s', (_where, open) => {
  it('downloads once, and needs no network the second time', async () => {
    const first = await open();
    expect(first).toMatchObject({ code: 'ok', reused: false, fallback: undefined, requests: ['bytes=0-0', ''] });
    expect(first.bytes).toEqual(content);
    const second = await open();
    expect(second).toMatchObject({ code: 'ok', reused: true, requests: [] });
    expect(second.bytes).toEqual(content);
    expect(await listStored()).toEqual([{ url, bytes: 100_000, complete: true, sha256: undefined }]);
    expect(await names()).toEqual(['.gguf', '.json']);
  });

  it('keeps what came before a cut, and goes on from there', async () => {
    const cut = await open({ faults: { cutAfter: 30_000, etag: '"a"' } });
    expect(cut.code).toBe('network');
    expect(await listStored()).toEqual([{ url, bytes: 30_000, complete: false, sha256: undefined }]);
    const resumed = await open({ faults: { etag: '"a"' } });
    expect(resumed.requests).toEqual(['bytes=0-0', 'bytes=30000-99999']);
    expect(resumed.bytes).toEqual(content);
  });

  it('begins again when the file changed on the server', async () => {
    await open({ faults: { cutAfter: 30_000, etag: '"a"' } });
    const again = await open({ seed: 5, faults: { etag: '"b"' } });
    expect(again.requests).toEqual(['bytes=0-0', '']);
    expect(again.bytes).toEqual(fakeGguf(content.length, 5));
  });

  it('begins again when nothing tells that the halves belong together', async () => {
    await open({ faults: { cutAfter: 30_000 } });
    expect((await open()).requests).toEqual(['bytes=0-0', '']);
    await clear();
    await open({ faults: { cutAfter: 30_000 } });
    const checked = await open({ options: { ...quick, sha256: await hex(content) } });
    expect(checked).toMatchObject({ code: 'ok', requests: ['bytes=0-0', 'bytes=30000-99999'] });
  });

  it('keeps nothing with a wrong checksum', async () => {
    const wrong = await open({ options: { ...quick, sha256: '0'.repeat(64) } });
    expect(wrong.code).toBe('model-checksum');
    expect(await names()).toEqual([]);
  });

  it('reads servers that send no ranges and no size', async () => {
    const answer = await open({ faults: { noRanges: true, hideSize: true } });
    expect(answer).toMatchObject({ code: 'ok', fallback: undefined });
    expect(answer.bytes).toEqual(content);
  });
});

describe('a stored file', () => {
  it('is checked once, by whichever opening asks for it', async () => {
    const sha256 = await hex(content);
    await openStored(url, { ...quick, fetch: fakeServer(content).fetch });
    const stages: StoreProgress[] = [];
    const checked = await openStored(url, {
      fetch: offline,
      sha256: sha256.toUpperCase(),
      onProgress: (progress) => stages.push(progress),
    });
    expect(checked.reused).toBe(true);
    expect(stages.at(-1)).toEqual({ stage: 'check', loadedBytes: 100_000, totalBytes: 100_000 });
    expect(await listStored()).toEqual([{ url, bytes: 100_000, complete: true, sha256 }]);
    stages.length = 0;
    await openStored(url, { fetch: offline, sha256, onProgress: (progress) => stages.push(progress) });
    expect(stages).toEqual([]);
  });

  it('is replaced when another content is wanted', async () => {
    await openStored(url, { ...quick, fetch: fakeServer(content).fetch, sha256: await hex(content) });
    const next = fakeGguf(50_000, 9);
    const { source, reused } = await openStored(url, {
      ...quick,
      fetch: fakeServer(next).fetch,
      sha256: await hex(next),
      bytes: 50_000,
    });
    expect(reused).toBe(false);
    expect(await source.read(0, source.size)).toEqual(next);
    expect(await names()).toEqual(['.gguf', '.json']);
  });

  it('is removed on request', async () => {
    await openStored(url, { ...quick, fetch: fakeServer(content).fetch });
    expect(await removeStored(url)).toBe(true);
    expect(await removeStored(url)).toBe(false);
    expect(await listStored()).toEqual([]);
    expect(await names()).toEqual([]);
  });

  it('of the wrong length is refused before it is downloaded', async () => {
    const server = fakeServer(content);
    const error = await failure(openStored(url, { ...quick, fetch: server.fetch, bytes: 99_999 }));
    expect(error.code).toBe('model-checksum');
    expect(server.requests).toEqual(['bytes=0-0']);
  });
});

describe('a download', () => {
  it('tells its progress', async () => {
    const seen: StoreProgress[] = [];
    await openStored(url, {
      ...quick,
      fetch: fakeServer(content).fetch,
      sha256: await hex(content),
      onProgress: (progress) => seen.push(progress),
    });
    const loaded = seen.filter(({ stage }) => stage === 'download').map(({ loadedBytes }) => loadedBytes);
    expect(loaded).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000, 80_000, 90_000, 100_000]);
    expect(seen.every(({ totalBytes }) => totalBytes === 100_000)).toBe(true);
    expect(seen.at(-1)!.stage).toBe('check');
  });

  it('rides out cuts within one opening', async () => {
    const server = fakeServer(content, { cutAfter: 40_000, etag: '"a"' });
    const { source } = await openStored(url, { attempts: 3, retryDelayMs: 1, fetch: server.fetch });
    expect(await source.read(0, source.size)).toEqual(content);
    expect(server.requests).toEqual(['bytes=0-0', '', 'bytes=40000-99999', 'bytes=80000-99999']);
  });

  it('stops at once when it is aborted, and can go on later', async () => {
    const controller = new AbortController();
    const work = openStored(url, {
      fetch: fakeServer(content, { hangAfter: 20_000, etag: '"a"' }).fetch,
      signal: controller.signal,
      onProgress: ({ loadedBytes }) => loadedBytes === 20_000 && controller.abort(),
    });
    expect((await failure(work)).code).toBe('aborted');
    expect(await listStored()).toEqual([{ url, bytes: 20_000, complete: false, sha256: undefined }]);
    const server = fakeServer(content, { etag: '"a"' });
    await openStored(url, { ...quick, fetch: server.fetch });
    expect(server.requests).toEqual(['bytes=0-0', 'bytes=20000-99999']);
  });

  it('is shared by all who want the file at the same time', async () => {
    const server = fakeServer(content);
    const answers = await Promise.all([
      openStored(url, { ...quick, fetch: server.fetch }).then(({ source, reused }) => ({
        reused,
        size: source.size,
        requests: server.requests,
      })),
      inWorker().then(({ reused, bytes, requests }) => ({ reused, size: bytes?.length, requests })),
      inWorker().then(({ reused, bytes, requests }) => ({ reused, size: bytes?.length, requests })),
    ]);
    expect(answers.map(({ size }) => size)).toEqual([100_000, 100_000, 100_000]);
    expect(answers.filter(({ reused }) => !reused)).toHaveLength(1);
    expect(answers.filter(({ requests }) => requests.length > 0)).toHaveLength(1);
  });

  it('waits for another tab only until it is aborted', async () => {
    const first = new AbortController();
    const server = fakeServer(content, { hangAfter: 10_000 });
    const holder = openStored(url, { fetch: server.fetch, signal: first.signal });
    await vi.waitUntil(() => server.requests.length > 1);
    const waiting = openStored(url, { fetch: offline, signal: AbortSignal.timeout(50) });
    expect((await failure(waiting)).code).toBe('aborted');
    first.abort();
    expect((await failure(holder)).code).toBe('aborted');
  });

  it('begins again when its note is damaged', async () => {
    await failure(openStored(url, { ...quick, fetch: fakeServer(content, { cutAfter: 30_000, etag: '"a"' }).fetch }));
    for await (const [name, handle] of (await folder()).entries()) {
      if (!name.endsWith('.json')) continue;
      if (!(handle instanceof FileSystemFileHandle)) continue;
      const stream = await handle.createWritable();
      await stream.write('{"url":');
      await stream.close();
    }
    const server = fakeServer(content, { etag: '"a"' });
    await openStored(url, { ...quick, fetch: server.fetch });
    expect(server.requests).toEqual(['bytes=0-0', '']);
  });

  it('removes what others left long ago, and leaves what is fresh', async () => {
    const begin = () =>
      failure(openStored(other, { ...quick, fetch: fakeServer(content, { cutAfter: 30_000 }).fetch }));
    await begin();
    await openStored(url, { ...quick, fetch: fakeServer(content).fetch });
    expect((await listStored()).map(({ url: name }) => name)).toContain(other);
    await removeStored(url);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 8 * 24 * 3600 * 1000);
    await openStored(url, { ...quick, fetch: fakeServer(content).fetch });
    expect(await listStored()).toEqual([{ url, bytes: 100_000, complete: true, sha256: undefined }]);
  });
});

describe('without space', () => {
  it('reads in place before anything is downloaded, and says the numbers', async () => {
    vi.spyOn(navigator.storage, 'estimate').mockResolvedValue({ quota: 1_000_000, usage: 950_000 });
    const server = fakeServer(content);
    const { source, fallback } = await openStored(url, { ...quick, fetch: server.fetch });
    expect(fallback).toMatch(
      /100000 bytes .* 50000 more \(950000 of 1000000 are used\).* read from the network in place/,
    );
    expect(await source.read(500, 100)).toEqual(content.slice(500, 600));
    expect(await names()).toEqual([]);
  });

  it('is refused by name where the server sends no parts', async () => {
    vi.spyOn(navigator.storage, 'estimate').mockResolvedValue({ quota: 1_000_000, usage: 950_000 });
    const { fetch } = fakeServer(content, { noRanges: true });
    const error = await failure(openStored(url, { ...quick, fetch }));
    expect(error).toMatchObject({ name: 'StorageError', code: 'storage-full' });
  });

  it.each(['write', 'close'] as const)('keeps nothing when space ends during %s', async (method) => {
    const real = FileSystemWritableFileStream.prototype[method];
    let calls = 0;
    vi.spyOn(FileSystemWritableFileStream.prototype, method).mockImplementation(async function (
      this: FileSystemWritableFileStream,
      ...args: unknown[]
    ) {
      // The note is written and closed first.
      if (++calls === (method === 'write' ? 4 : 2)) throw new DOMException('full', 'QuotaExceededError');
      return Reflect.apply(real, this, args);
    });
    const { fallback } = await openStored(url, { ...quick, fetch: fakeServer(content).fetch });
    expect(fallback).toMatch(/the space ended after \d+ of 100000 bytes/);
    vi.restoreAllMocks();
    expect(await names()).toEqual([]);
  });
});

describe('without private storage', () => {
  const refused: [string, () => void, RegExp][] = [
    [
      'refused',
      () => vi.spyOn(navigator.storage, 'getDirectory').mockRejectedValue(new DOMException('no', 'SecurityError')),
      /refuses private storage \(SecurityError\)/,
    ],
    ['missing', () => vi.spyOn(navigator, 'storage', 'get').mockReturnValue(undefined!), /no private file system/],
    ['without locks', () => vi.spyOn(navigator, 'locks', 'get').mockReturnValue(undefined!), /no Web Locks/],
  ];
  it.each(refused)('%s: reads in place and says why', async (_what, prepare, reason) => {
    prepare();
    const server: FakeServer = fakeServer(content);
    const { source, fallback, reused } = await openStored(url, {
      ...quick,
      fetch: server.fetch,
      sha256: 'f'.repeat(64),
    });
    expect(reused).toBe(false);
    expect(fallback).toMatch(reason);
    expect(fallback).toMatch(/checksum cannot be checked/);
    expect(await source.read(500, 100)).toEqual(content.slice(500, 600));
    expect(server.requests).toEqual(['bytes=0-0', 'bytes=500-599']);
    expect(await listStored()).toEqual([]);
    expect(await removeStored(url)).toBe(false);
  });

  it('says so when the server cannot send parts either', async () => {
    vi.spyOn(navigator.storage, 'getDirectory').mockRejectedValue(new DOMException('no', 'SecurityError'));
    const faults: FakeFaults = { noRanges: true };
    const error = await failure(openStored(url, { ...quick, fetch: fakeServer(content, faults).fetch }));
    expect(error.code).toBe('network');
    expect(error.message).toMatch(/cannot send parts/);
  });
});
