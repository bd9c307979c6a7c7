import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/core/errors.ts';
import { placeOf } from '../../../src/node/model-path.ts';
import { openNodeModel } from '../../../src/node/node-environment.ts';
import { failureOf } from '../../support/failure.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winnow-'));
  await writeFile(join(folder, 'a b#%20.gguf'), 'GGUF');
});
afterAll(() => rm(folder, { recursive: true }));

describe('placeOf', () => {
  it.each([
    ['models/a.gguf', { path: 'models/a.gguf' }],
    ['C:\\models\\a.gguf', { path: 'C:\\models\\a.gguf' }],
    ['odd:name.gguf', { path: 'odd:name.gguf' }],
    ['HTTP://Host/x.gguf', { url: 'http://host/x.gguf' }],
    ['hTTps://host/x.gguf?y', { url: 'https://host/x.gguf?y' }],
    [new URL('https://host/x.gguf'), { url: 'https://host/x.gguf' }],
  ])('%s', (model, place) => {
    expect(placeOf(model)).toEqual(place);
  });

  it.each([
    ['ftp://host/x.gguf', /scheme "ftp"/],
    [new URL('data:,x'), /scheme "data"/],
    ['http://', /not a sound URL/],
    ['file://host/x.gguf', /not a sound URL|There is no|host/],
  ])('refuses %s', (model, words) => {
    expect(() => placeOf(model)).toThrow(UsageError);
    expect(() => placeOf(model)).toThrow(words);
  });
});

describe('openNodeModel', () => {
  it('opens a file by its path and by its URL, as text in any case and as an object', async () => {
    const path = join(folder, 'a b#%20.gguf');
    const url = pathToFileURL(path);
    for (const model of [path, url, url.href, url.href.replace('file:', 'FILE:')]) {
      // oxlint-disable-next-line no-await-in-loop
      const { source } = await openNodeModel(model);
      expect(source.size).toBe(4);
      // oxlint-disable-next-line no-await-in-loop
      await source.close?.();
    }
  });

  it('refuses what is no file, without waiting for it', async () => {
    await symlink('/dev/null', join(folder, 'device'));
    for (const path of [folder, join(folder, 'device')]) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await failureOf(openNodeModel(path), Error)).toMatchObject({ code: 'model-not-found' });
    }
  });
});
