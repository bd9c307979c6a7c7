import { createServer } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WinnowError } from '../../../src/core/errors.ts';
import { openUrl } from '../../../src/weights/url-source.ts';
import { fetchable, shown } from '../../../src/weights/http-fault.ts';
import { retryAfterOf, versionOf } from '../../../src/weights/http-headers.ts';
import type { HttpOptions } from '../../../src/weights/http.ts';
import { stableName } from '../../../src/weights/stable-name.ts';
import { failureOf } from '../../support/failure.ts';
import { fakeContent, fakeServer, type FakeFaults, type FakeServer } from '../../support/fake-server.ts';
import { listen } from '../../support/listen.ts';

const url = 'https://models.example/tiny.gguf';
const content = fakeContent(50_000);
const quick: HttpOptions = { attempts: 3, retryDelayMs: 1 };
const failure = (work: Promise<unknown>): Promise<WinnowError> => failureOf(work, WinnowError);

/** Reads the whole file in place. */
async function read(server: FakeServer, options: HttpOptions = {}): Promise<Uint8Array> {
  const source = await openUrl(url, { ...quick, fetch: server.fetch, ...options });
  return source.read(0, source.size);
}
const fails = (faults: FakeFaults, options: HttpOptions = {}): [FakeServer, Promise<WinnowError>] => {
  const server = fakeServer(content, faults);
  return [server, failure(read(server, options))];
};

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('tries', () => {
  it('are not given back for a byte a connection', async () => {
    const [server, failed] = fails({ cutAfter: 1, etag: '"a"' });
    expect((await failed).message).toMatch(/after 3 tries, at byte 3.*connection lost/);
    expect(server.requests.length).toBeLessThan(6);
  });

  it('are given back for what is worth it', async () => {
    const server = fakeServer(content, { cutAfter: 2000, etag: '"a"' });
    expect(await read(server)).toEqual(content);
    expect(server.requests.length).toBe(26);
  });

  it('end a connection that drips', async () => {
    const [, failed] = fails({ dripMs: 5, etag: '"a"' }, { stallMs: 100, leastRate: 5000 });
    expect((await failed).message).toMatch(/only \d+ bytes came for 100 ms/);
  });

  it('wait as the server asks, and it costs little', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const server = fakeServer(content, { statuses: [429, 429, 503, 429], retryAfter: '0.05' });
    expect(await read(server)).toEqual(content);
    expect(timers.mock.calls.filter(([, delay]) => delay === 50)).toHaveLength(4);
  });

  it('say how long a server asks to wait, where that is too long', async () => {
    const [server, failed] = fails({ statuses: [429], retryAfter: '3600' });
    const error = await failed;
    expect(error).toMatchObject({ code: 'network', todo: 'Try again in 3600 s.' });
    expect(error.message).toMatch(/429.*asks to wait 3600 s/);
    expect(server.requests).toHaveLength(1);
  });

  it('are twice as many for a server that is busy and tells no time', async () => {
    const [server, failed] = fails({ statuses: Array.from({ length: 20 }, () => 429) });
    expect((await failed).message).toMatch(/429/);
    expect(server.requests).toHaveLength(6);
  });

  it.each([
    ['redirects in a circle', 'redirect count exceeded'],
    ['a certificate', 'self-signed certificate'],
    ['a forbidden port', 'bad port'],
  ])('are not repeated for %s', async (_what, message) => {
    const refused = new TypeError('fetch failed', { cause: new Error(message) });
    const [server, failed] = fails({ refused });
    expect((await failed).message).toMatch(new RegExp(`no other try would help: fetch failed: ${message}`));
    expect(server.requests).toHaveLength(1);
  });

  it('name what is behind a failed fetch', async () => {
    const server = createServer();
    const address = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect((await failure(openUrl(`${address}/x.gguf`, quick))).message).toMatch(/fetch failed: .*ECONNREFUSED/);
  });

  it('end at once where a browser refuses for its rules', async () => {
    vi.stubGlobal('location', new URL('https://page.example/'));
    const modes: (string | undefined)[] = [];
    const cors: typeof fetch = async (_address, init) => {
      modes.push(init?.mode);
      if (init?.mode === 'no-cors') return new Response('opaque');
      throw new TypeError('Failed to fetch');
    };
    const error = await failure(openUrl(url, { ...quick, fetch: cors }));
    expect(error).toMatchObject({ code: 'network', message: expect.stringContaining('CORS') });
    expect(modes).toEqual([undefined, undefined, 'no-cors']);
  });

  it('are fewer for a redirect that cannot be followed', async () => {
    vi.stubGlobal('location', new URL('https://models.example/'));
    let followed = 0;
    const circle: typeof fetch = async (_address, init) => {
      const manual = new Response(null);
      Object.defineProperty(manual, 'type', { value: 'opaqueredirect' });
      if (init?.redirect === 'manual') return manual;
      followed++;
      throw new TypeError('Failed to fetch');
    };
    const error = await failure(openUrl(url, { retryDelayMs: 1, fetch: circle }));
    expect(error.message).toMatch(/redirects to an address that could not be read/);
    expect(followed).toBe(4);
  });
});

describe('reading in place', () => {
  it.each<[string, FakeFaults]>([
    ['a hidden Content-Range', { rangeHead: 'hidden' }],
    ['a total of *', { rangeHead: 'star' }],
  ])('%s: the size is found by what comes', async (_what, faults) => {
    const server = fakeServer(content, faults);
    expect(await read(server)).toEqual(content);
    expect(server.requests.slice(1, 3)).toEqual(['bytes=0-', 'bytes=49999-50000']);
  });

  it('without a version, a file that is replaced between two reads is noticed', async () => {
    const server = fakeServer(content, { replaced: { from: 2, content: fakeContent(50_000, 9) } });
    const source = await openUrl(url, { ...quick, fetch: server.fetch });
    await source.read(0, 10_000);
    const error = await failure(source.read(20_000, 10_000));
    expect(error).toMatchObject({ code: 'network', message: expect.stringContaining('changed on the server') });
  });

  it('another total is noticed too', async () => {
    const server = fakeServer(content, { replaced: { from: 1, content: fakeContent(60_000) } });
    const error = await failure(read(server));
    expect(error.message).toMatch(/50000 bytes became 60000/);
  });

  it('a part whose connection was cut is read anew, or joined where bytes agree', async () => {
    const server = fakeServer(content, { cutAfter: 20_000 });
    const source = await openUrl(url, { ...quick, fetch: server.fetch });
    expect(await source.read(1000, 45_000)).toEqual(content.slice(1000, 46_000));
    expect(server.requests).toEqual([
      'bytes=0-0',
      'bytes=1000-45999',
      'bytes=1000-45999',
      'bytes=19976-45999',
      'bytes=38952-45999',
    ]);
  });

  it('a web page is named', async () => {
    const [, failed] = fails({ pages: 1 });
    expect((await failed).message).toMatch(/a web page in its place/);
  });
});

describe('addresses', () => {
  it('that cannot be fetched are refused by name, and no password is repeated', () => {
    for (const [address, text] of [
      ['https://[bad', /not a sound URL/],
      ['https://user:secret@host/x.gguf', /user name or password/],
      ['ftp://host/x.gguf', /scheme "ftp"/],
    ] as const) {
      expect(() => fetchable(address)).toThrow(text);
      expect(() => fetchable(address)).not.toThrow(/secret/);
    }
  });

  it('are shown without what may be a key', () => {
    expect(shown('https://host/x.gguf?X-Amz-Signature=secret')).toBe('https://host/x.gguf?…');
  });

  it('keep their name when they are signed anew', () => {
    expect(stableName('https://h/a.gguf?X-Amz-Signature=1#x')).toBe('https://h/a.gguf');
    expect(stableName('https://h/get?id=5&Expires=9&Signature=8&Key-Pair-Id=7')).toBe('https://h/get?id=5');
    expect(stableName('https://h/get?id=5&sig=a&se=b&sv=c')).toBe('https://h/get?id=5');
  });
});

describe('heads of answers', () => {
  const head = (headers: Record<string, string>): Response => new Response(null, { headers });
  it('name the same version for packed and plain transfers', () => {
    for (const etag of ['"a"', 'W/"a"', '"a-gzip"', 'W/"a;br"']) expect(versionOf(head({ ETag: etag }))).toBe('"a"');
    expect(versionOf(head({}))).toBeUndefined();
  });

  it('tell a wait in seconds or by a date', () => {
    expect(retryAfterOf(head({ 'Retry-After': '3' }))).toBe(3000);
    const date = new Date(10_000).toUTCString();
    expect(retryAfterOf(head({ 'Retry-After': date }), 4000)).toBe(6000);
    expect(retryAfterOf(head({ 'Retry-After': 'soon' }))).toBeUndefined();
  });
});
