import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byteRange, serveModelFile } from '../../../demo/serve-models.ts';

describe('byteRange', () => {
  test.each([
    ['bytes=0-9', { start: 0, end: 9 }],
    ['bytes=90-', { start: 90, end: 99 }],
    ['bytes=90-500', { start: 90, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-500', { start: 0, end: 99 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-3', undefined],
    ['bytes=0-1,4-5', undefined],
    ['bytes=-', undefined],
    ['items=0-1', undefined],
    [undefined, undefined],
  ])('%s', (header, expected) => {
    expect(byteRange(header, 100)).toEqual(expected);
  });
});

describe('the models folder over HTTP', () => {
  let folder: string;
  let server: Server;
  let base: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'winnow-models-'));
    await writeFile(join(folder, 'a.gguf'), 'GGUF456789');
    await writeFile(join(folder, 'secret.txt'), 'no');
    server = createServer((request, response) => serveModelFile(folder, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  test('the whole file, its head, and a part of it', async () => {
    const whole = await fetch(`${base}/a.gguf`);
    expect([whole.status, await whole.text()]).toEqual([200, 'GGUF456789']);
    const head = await fetch(`${base}/a.gguf`, { method: 'HEAD' });
    expect([head.status, head.headers.get('Content-Length'), head.headers.get('Accept-Ranges')]).toEqual([
      200,
      '10',
      'bytes',
    ]);
    const part = await fetch(`${base}/a.gguf`, { headers: { Range: 'bytes=4-6' } });
    expect([part.status, part.headers.get('Content-Range'), await part.text()]).toEqual([206, 'bytes 4-6/10', '456']);
    const beyond = await fetch(`${base}/a.gguf`, { headers: { Range: 'bytes=10-' } });
    expect([beyond.status, beyond.headers.get('Content-Range')]).toEqual([416, 'bytes */10']);
  });

  test.each(['/b.gguf', '/secret.txt', '/', '/../a.gguf', '/%2e%2e/a.gguf', '/.gguf', '/sub/a.gguf'])(
    '%s is not there',
    async (path) => {
      // fetch would tidy the path up before it is sent
      const status = await new Promise((resolve, reject) => {
        httpRequest(base, { path }, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end();
      });
      expect(status).toBe(404);
    },
  );

  test('nothing but GET and HEAD', async () => {
    expect((await fetch(`${base}/a.gguf`, { method: 'POST' })).status).toBe(404);
  });
});
