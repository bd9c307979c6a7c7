import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { blobSource, bytesSource, type ByteSource } from '../../../src/weights/byte-source.ts';
import { probeFile, streamFile, type HttpOptions } from '../../../src/weights/http.ts';
import { openNodeFile } from '../../../src/weights/node-file.ts';
import { openUrl } from '../../../src/weights/url-source.ts';
import { serveFile, type Faults, type FileServer } from '../../support/file-server.ts';
import { abortedSignal } from '../../support/aborted.ts';

const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);
const quick: HttpOptions = { retryDelayMs: 1, attempts: 3 };
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

const serve = async (faults: Faults = {}): Promise<FileServer> => {
  const server = await serveFile(content, faults);
  cleanups.push(() => server.close());
  return server;
};
const nodeFile = async (): Promise<ByteSource> => {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-'));
  await writeFile(join(folder, 'f.bin'), content);
  const source = await openNodeFile(join(folder, 'f.bin'));
  cleanups.push(
    () => source.close(),
    () => rm(folder, { recursive: true }),
  );
  return source;
};

describe.each<[string, () => Promise<ByteSource>]>([
  ['bytes', async () => bytesSource(content)],
  ['a Blob', async () => blobSource(new Blob([content]))],
  ['a File', async () => blobSource(new File([content], 'f.bin'))],
  ['a path', nodeFile],
  ['a URL', async () => openUrl((await serve()).url, quick)],
])('a source of %s', (_what, open) => {
  it('reads any range, and nothing outside the file', async () => {
    const source = await open();
    expect(source.size).toBe(content.length);
    for (const [offset, length] of [
      [0, 10],
      [99_990, 10],
      [500, 70_000],
      [7, 0],
      [0, 100_000],
    ] as const) {
      expect(await source.read(offset, length)).toEqual(content.slice(offset, offset + length));
    }
    for (const [offset, length] of [
      [99_999, 2],
      [-1, 1],
      [0, -1],
      [0.5, 1],
      [0, NaN],
    ] as const) {
      await expect(source.read(offset, length)).rejects.toMatchObject({ name: 'StorageError', code: 'storage-read' });
    }
  });

  it('hands out copies, and stops for an aborted signal', async () => {
    const source = await open();
    const first = await source.read(0, 4);
    first.fill(99);
    expect(await source.read(0, 4)).toEqual(content.slice(0, 4));
    await expect(source.read(0, 4, abortedSignal())).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('a path', () => {
  it('that is missing or a folder is told from one that cannot be read', async () => {
    await expect(openNodeFile(join(tmpdir(), 'winnow-no-such-file.gguf'))).rejects.toMatchObject({
      code: 'model-not-found',
    });
    await expect(openNodeFile(tmpdir())).rejects.toMatchObject({ code: 'model-not-found' });
  });
});

describe('a URL', () => {
  it('goes on where the connection was cut', async () => {
    const server = await serve({ cutAfter: 30_000, etag: '"one"' });
    const source = await openUrl(server.url, quick);
    expect(await source.read(1000, 90_000)).toEqual(content.slice(1000, 91_000));
    expect(server.requests).toEqual(['bytes=0-0', 'bytes=1000-90999', 'bytes=31000-90999', 'bytes=61000-90999']);
  });

  it('tries again after answers that may pass', async () => {
    const server = await serve({ statuses: [503, 429, 200, 500] });
    const source = await openUrl(server.url, quick);
    expect(await source.read(0, 5)).toEqual(content.slice(0, 5));
  });

  it('gives up with a network error', async () => {
    const server = await serve({ statuses: [503, 503, 503] });
    await expect(openUrl(server.url, quick)).rejects.toMatchObject({
      name: 'StorageError',
      code: 'network',
      message: expect.stringContaining('503'),
    });
    const refused = await serve({ statuses: [403] });
    await expect(openUrl(refused.url, quick)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('403'),
    });
    expect(refused.requests).toHaveLength(1);
    const gone = await serve();
    const source = await openUrl(gone.url, quick);
    await gone.close();
    await expect(source.read(0, 5)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('at byte 0'),
    });
  });

  it('knows a missing file', async () => {
    const server = await serve({ statuses: [404] });
    await expect(openUrl(server.url, quick)).rejects.toMatchObject({ name: 'ModelFileError', code: 'model-not-found' });
  });

  it('refuses a server that ignores ranges', async () => {
    const server = await serve({ noRanges: true });
    await expect(openUrl(server.url, quick)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('cannot send parts'),
    });
  });

  it('notices that the file changed', async () => {
    const server = await serve({ etag: '"one"' });
    const source = await openUrl(server.url, quick);
    server.faults.etag = '"two"';
    await expect(source.read(0, 5)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('"two"'),
    });
  });

  it('takes a stalled connection for a cut one', async () => {
    const server = await serve();
    const source = await openUrl(server.url, { ...quick, stallMs: 20 });
    server.faults.stall = true;
    await expect(source.read(0, 5)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('no byte came for 20 ms'),
    });
  });

  it('stops at once when it is aborted', async () => {
    const server = await serve();
    const source = await openUrl(server.url, { stallMs: 60_000 });
    server.faults.stall = true;
    const controller = new AbortController();
    const read = source.read(0, 5, controller.signal);
    setTimeout(() => controller.abort(), 10);
    await expect(read).rejects.toMatchObject({ name: 'AbortedError', code: 'aborted' });
  });
});

describe('streamFile', () => {
  it('reads a server without ranges through cuts, each time from its beginning', async () => {
    const server = await serve({ noRanges: true, cutAfter: 60_000, cuts: 2 });
    const file = await probeFile(server.url, quick);
    expect(file).toMatchObject({ ranges: false, size: 100_000 });
    server.faults.cuts = 1;
    const whole = new Uint8Array(content.length);
    for await (const { at, bytes } of streamFile(file, 0, undefined, quick)) whole.set(bytes, at);
    expect(whole).toEqual(content);
    expect(server.requests).toEqual(['bytes=0-0', '', '']);
  });

  it('reads to the end where the size is not told', async () => {
    const server = await serve({ noRanges: true, hideLength: true });
    const file = await probeFile(server.url, quick);
    expect(file.size).toBeUndefined();
    let length = 0;
    for await (const { bytes } of streamFile(file, 0, undefined, quick)) length += bytes.length;
    expect(length).toBe(100_000);
  });
});
