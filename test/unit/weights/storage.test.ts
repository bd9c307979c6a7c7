import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WinnowError } from '../../../src/core/errors.ts';
import { listStored, openStored, type OpenedFile, type StoreOptions } from '../../../src/weights/storage.ts';
import { abortedSignal } from '../../support/aborted.ts';
import { failureOf } from '../../support/failure.ts';
import { fakeOpfs, type FakeOpfs } from '../../support/fake-opfs.ts';
import { fakeContent, fakeGguf, fakeServer, type FakeFaults, type FakeServer } from '../../support/fake-server.ts';

const url = 'https://models.example/tiny.gguf';
const content = fakeGguf(100_000);
const other = fakeGguf(100_000, 7);
const quick: StoreOptions = { attempts: 3, retryDelayMs: 1 };
const sha256 = createHash('sha256').update(content).digest('hex');
const none: typeof fetch = async () => {
  throw new Error('the network was used');
};

let opfs: FakeOpfs;
afterEach(() => {
  vi.unstubAllGlobals();
});

/** Opens the file from a server with these faults. */
async function open(server: FakeServer, options: StoreOptions = {}, address = url): Promise<OpenedFile> {
  return openStored(address, { ...quick, fetch: server.fetch, ...options });
}
const expectBytes = async ({ source }: OpenedFile, wanted: Uint8Array): Promise<void> =>
  expect(Buffer.compare(await source.read(0, source.size), wanted)).toBe(0);
const failure = (work: Promise<unknown>): Promise<WinnowError> => failureOf(work, WinnowError);
const endings = (): string[] => [...opfs.files.keys()].map((name) => name.slice(name.lastIndexOf('.'))).toSorted();
const stored = (): [string, { bytes: Uint8Array<ArrayBuffer> }] =>
  [...opfs.files].find(([name]) => name.endsWith('.gguf'))!;

describe.each([
  ['a page', false],
  ['a Worker', true],
])('storage in %s', (_where, sync) => {
  beforeEach(() => {
    opfs = fakeOpfs(vi.stubGlobal, sync);
  });

  /** One visit fails with the code, keeps no whole file, and the next one, at a sound server, is right. */
  async function failsOnce(faults: FakeFaults, code: string, text: RegExp, options: StoreOptions = {}): Promise<void> {
    const error = await failure(open(fakeServer(content, faults), options));
    expect(error).toMatchObject({ code, message: expect.stringMatching(text) });
    expect(endings()).not.toContain('.gguf');
    await expectBytes(await open(fakeServer(content)), content);
  }

  describe('a file is whole only when it was looked at', () => {
    it('not a web page in its place', () => failsOnce({ pages: 1 }, 'network', /a web page in its place/));
    it('not a page that comes after the question', async () => {
      const server = fakeServer(content);
      const page: typeof fetch = async (address, init) =>
        new Headers(init?.headers).get('Range')
          ? server.fetch(address, init)
          : new Response('<!doctype html><p>Sign in, please</p>');
      expect(await failure(openStored(url, { ...quick, fetch: page }))).toMatchObject({
        code: 'network',
        message: expect.stringContaining('web page'),
      });
      expect(opfs.files.size).toBe(0);
    });
    it('not nothing', async () => {
      await failsOnce({ statuses: [204] }, 'network', /204.*brings no file/);
      opfs.files.clear();
      expect(await failure(open(fakeServer(new Uint8Array())))).toMatchObject({ code: 'network' });
      expect(opfs.files.size).toBe(0);
    });
    it('not other bytes than a model', async () => {
      const error = await failure(open(fakeServer(fakeContent(50_000))));
      expect(error.code).toBe('gguf-not-gguf');
      expect(opfs.files.size).toBe(0);
    });
    it('not a body that ended early, at the same place twice', async () => {
      const server = fakeServer(content, { noRanges: true, hideSize: true, endAfter: 40_000 });
      expect((await failure(open(server))).code).toBe('gguf-truncated');
      expect(server.requests).toEqual(['bytes=0-0', '', '']);
      expect(opfs.files.size).toBe(0);
    });
    it('but a body that ended early is fetched on', async () => {
      const plain = fakeServer(content, { noRanges: true, hideSize: true, endAfter: 40_000, ends: 2 });
      plain.faults.ends = 2; // the probe's own answer is one
      await expectBytes(await open(plain), content);
      opfs.files.clear();
      const parts = fakeServer(content, { rangeHead: 'hidden', hideSize: true, endAfter: 40_000, etag: '"a"' });
      await expectBytes(await open(parts), content);
      expect(parts.requests).toEqual(['bytes=0-0', '', 'bytes=40000-', 'bytes=80000-']);
    });
    it('not one with a wrong checksum, nor one whose length is not the wanted one', async () => {
      await failsOnce({}, 'model-checksum', /SHA-256/, { sha256: '0'.repeat(64) });
      opfs.files.clear();
      await failsOnce({}, 'model-checksum', /100000 bytes on the server/, { bytes: 5 });
    });
    it('nor one that is not what the Hub says', async () => {
      const address = 'https://huggingface.co/o/r/resolve/main/tiny.gguf?download=true';
      const asked: string[] = [];
      const hub = (sum: string): typeof fetch => {
        const server = fakeServer(content);
        return async (to, init) => {
          const asks = new Request(to).url;
          asked.push(asks);
          if (!asks.includes('/raw/')) return server.fetch(to, init);
          return new Response(`version https://git-lfs.github.com/spec/v1\noid sha256:${sum}\nsize 100000\n`);
        };
      };
      const error = await failure(openStored(address, { ...quick, fetch: hub('a'.repeat(64)) }));
      expect(error).toMatchObject({ code: 'model-checksum', message: expect.stringContaining('a'.repeat(64)) });
      expect(asked[0]).toBe('https://huggingface.co/o/r/raw/main/tiny.gguf');
      await openStored(address, { ...quick, fetch: hub(sha256) });
      expect(await listStored()).toMatchObject([{ sha256, complete: true }]);
      expect((await openStored(address, { fetch: none })).reused).toBe(true);
    });
  });

  describe('a kept copy is compared with its note', () => {
    const damages: [string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>, RegExp][] = [
      ['cut', (bytes) => bytes.slice(0, 1000), /it has 1000 bytes, and had 100000/],
      ['emptied', () => new Uint8Array(), /it has 0 bytes/],
      ['overwritten', (bytes) => bytes.map((byte, i) => (i > 40_000 && i < 60_000 ? 0 : byte)), /other bytes/],
    ];
    it.each(damages)('%s: named, removed, fetched again', async (_what, damage, why) => {
      await open(fakeServer(content));
      const [, entry] = stored();
      entry.bytes = damage(entry.bytes);
      const again = await open(fakeServer(content));
      expect(again.reused).toBe(false);
      expect(again.replaced).toMatch(why);
      await expectBytes(again, content);
      expect(await open(fakeServer(content), { fetch: none })).toMatchObject({ reused: true, replaced: undefined });
    });
    it('also one that older versions kept without a look', async () => {
      await open(fakeServer(content));
      const [name, entry] = stored();
      entry.bytes = new TextEncoder().encode('<html></html>');
      const note = opfs.files.get(name.replace('.gguf', '.json'))!;
      note.bytes = new TextEncoder().encode(JSON.stringify({ url }));
      expect((await open(fakeServer(content))).replaced).toMatch(/has only 13 bytes/);
    });
  });

  describe('a size is told, or not known', () => {
    it.each<[string, FakeFaults]>([
      ['a hidden Content-Range', { rangeHead: 'hidden' }],
      ['a total of *', { rangeHead: 'star' }],
      ['416 to every range', { rangeAnswer: 416 }],
      ['ranges that cannot be unpacked', { rangeAnswer: 'garbled' }],
      ['no ranges and no length', { noRanges: true, hideSize: true }],
    ])('%s: loads by a plain request', async (_what, faults) => {
      const server = fakeServer(content, faults);
      await expectBytes(await open(server), content);
      expect(server.requests.at(-1)).toBe('');
    });
    it('a packed length across origins is not the file’s', async () => {
      vi.stubGlobal('location', new URL('https://page.example/'));
      const server = fakeServer(content, { noRanges: true, packedLength: 60_000 });
      const cors: typeof fetch = async (to, init) => {
        const response = await server.fetch(to, init);
        Object.defineProperty(response, 'type', { value: 'cors' });
        return response;
      };
      const totals: number[] = [];
      const opened = await openStored(url, {
        ...quick,
        fetch: cors,
        onProgress: ({ loadedBytes, totalBytes }) => totals.push(totalBytes === 0 ? 1 : loadedBytes / totalBytes),
      });
      await expectBytes(opened, content);
      expect(Math.max(...totals)).toBe(1);
    });
  });

  describe('halves of two versions are not joined', () => {
    it('no version is told: it begins anew', async () => {
      const server = fakeServer(content, { cutAfter: 60_000, cuts: 1, replaced: { from: 2, content: other } });
      await expectBytes(await open(server), other);
      expect(server.requests).toEqual(['bytes=0-0', '', '']);
    });
    it('a version that is told once and then no more: it begins anew', async () => {
      const replaced = { from: 2, content: other };
      const server = fakeServer(content, { etag: '"a"', cutAfter: 60_000, cuts: 1, replaced });
      await expectBytes(await open(server), other);
      expect(server.requests).toEqual(['bytes=0-0', '', 'bytes=60000-99999', '']);
    });
    it('a body without a length that ended early, and no version: it begins anew', async () => {
      const replaced = { from: 2, content: other };
      const server = fakeServer(content, { rangeHead: 'hidden', hideSize: true, endAfter: 60_000, ends: 1, replaced });
      await expectBytes(await open(server), other);
    });
    it('cut each time: parts are joined where their bytes agree', async () => {
      const server = fakeServer(content, { cutAfter: 30_000 });
      await expectBytes(await open(server), content);
      expect(server.requests.slice(2, 4)).toEqual(['', 'bytes=28976-99999']);
    });
    it('cut each time, and replaced between: it is refused', async () => {
      const server = fakeServer(content, { cutAfter: 30_000, replaced: { from: 4, content: other } });
      expect(await failure(open(server))).toMatchObject({ code: 'network', message: expect.stringMatching(/changed/) });
      await expectBytes(await open(fakeServer(other)), other);
    });
    it('another total: it is refused', async () => {
      const grown = fakeGguf(120_000);
      const server = fakeServer(content, {
        cutAfter: 60_000,
        cuts: 1,
        etag: '"a"',
        replaced: { from: 2, content: grown },
      });
      expect(await failure(open(server))).toMatchObject({
        message: expect.stringContaining('100000 bytes became 120000'),
      });
    });
    it('a checksum that does not fit after a join: once more from the beginning', async () => {
      await failure(open(fakeServer(other, { cutAfter: 30_000 }), { attempts: 1, sha256 }));
      expect(endings()).toEqual(['.json', '.part']);
      const server = fakeServer(content);
      await expectBytes(await open(server, { sha256 }), content);
      expect(server.requests).toEqual(['bytes=0-0', 'bytes=30000-99999', '']);
    });
  });

  describe('room', () => {
    it.each(['throws', 'answers', 'loses'] as const)(
      'a full disk that %s: read by ranges, nothing kept',
      async (how) => {
        if (!sync && how === 'answers') return; // only access handles answer a count
        opfs.full = how;
        opfs.quota = 50_000;
        opfs.estimate = async () => ({});
        const opened = await open(fakeServer(content));
        expect(opened.fallback).toMatch(/cannot be stored: .* read from the network in place/);
        await expectBytes(opened, content);
        expect(opfs.files.size).toBe(0);
        opfs.quota = 1e9;
        expect(await open(fakeServer(content))).toMatchObject({ reused: false, fallback: undefined });
      },
    );
    it('a full disk and no ranges: told by name', async () => {
      opfs.quota = 50_000;
      const error = await failure(open(fakeServer(content, { noRanges: true })));
      expect(error).toMatchObject({ code: 'storage-full' });
      expect(opfs.files.size).toBe(0);
    });
    it.each([
      ['rejects', () => Promise.reject(new TypeError('no'))],
      [
        'throws',
        () => {
          throw new TypeError('no');
        },
      ],
    ])('an estimate that %s does no harm', async (_what, estimate: () => Promise<StorageEstimate>) => {
      opfs.estimate = estimate;
      expect((await open(fakeServer(content))).fallback).toBeUndefined();
    });
  });

  describe('signed addresses', () => {
    const signed = (n: number): string => `${url}?X-Signature=${n}&Expires=${n}`;
    it('share one copy, which the server says is the same', async () => {
      await open(fakeServer(content, { etag: '"a"' }), {}, signed(1));
      const server = fakeServer(content, { etag: '"a"' });
      expect((await open(server, {}, signed(2))).reused).toBe(true);
      expect(server.requests).toEqual(['bytes=0-0']);
      expect((await open(server, { fetch: none }, signed(2))).reused).toBe(true);
      expect(await listStored()).toHaveLength(1);
    });
    it('without a version, samples of the bytes tell; another file takes its place', async () => {
      await open(fakeServer(content), {}, signed(1));
      expect((await open(fakeServer(content), {}, signed(2))).reused).toBe(true);
      const changed = await open(fakeServer(other), {}, signed(3));
      expect(changed.reused).toBe(false);
      await expectBytes(changed, other);
      expect(await listStored()).toHaveLength(1);
    });
    it('without a network the name decides, unless more than the signature differs', async () => {
      await open(fakeServer(content), {}, signed(1));
      expect((await open(fakeServer(content), { fetch: none }, signed(2))).reused).toBe(true);
      expect((await failure(open(fakeServer(content), { fetch: none }, `${url}?revision=2`))).code).toBe('network');
    });
    it('copies that were stored under whole addresses are removed', async () => {
      await open(fakeServer(content), {}, url);
      for (const name of new Set(opfs.files.keys())) {
        const entry = opfs.files.get(name)!;
        opfs.files.delete(name);
        const bytes = name.endsWith('.json')
          ? new TextEncoder().encode(JSON.stringify({ url: signed(9) }))
          : entry.bytes;
        opfs.files.set(`old${name.slice(name.lastIndexOf('.'))}`, { ...entry, bytes });
      }
      await open(fakeServer(content), {}, signed(1));
      expect((await listStored()).map((file) => file.url)).toEqual([signed(1)]);
    });
  });

  describe('a lock that another tab holds', () => {
    const hold = async (): Promise<() => void> => {
      await open(fakeServer(content));
      const key = stored()[0].replace('.gguf', '');
      let release!: () => void;
      void opfs.locks.request(`winnow/${key}`, () => new Promise<void>((resolve) => (release = resolve)));
      await Promise.resolve();
      return () => release();
    };
    it('does not keep a whole file from being read', async () => {
      const release = await hold();
      expect((await open(fakeServer(content), { fetch: none })).reused).toBe(true);
      release();
    });
    it('is told, and waited for', async () => {
      const release = await hold();
      opfs.files.clear();
      const stages: string[] = [];
      const opening = open(fakeServer(content), { onProgress: ({ stage }) => stages.push(stage) });
      await vi.waitUntil(() => stages.length > 0);
      expect(stages).toEqual(['wait']);
      release();
      await expectBytes(await opening, content);
    });
    it('is not waited for when its holder does not get on', async () => {
      const release = await hold();
      opfs.files.clear();
      const opened = await open(fakeServer(content), { patienceMs: 20 });
      expect(opened.fallback).toMatch(/Another tab .* read from the network in place/);
      await expectBytes(opened, content);
      release();
    });
    it('ends with the signal', async () => {
      const release = await hold();
      opfs.files.clear();
      expect((await failure(open(fakeServer(content), { signal: AbortSignal.timeout(20) }))).code).toBe('aborted');
      expect((await failure(open(fakeServer(content), { signal: abortedSignal() }))).code).toBe('aborted');
      release();
    });
  });
});
