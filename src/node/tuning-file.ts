import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, platform } from 'node:os';
import { dirname, join } from 'node:path';
import type { TuningStore } from '../engine/tuning/tuning-store.ts';

/** Where this system keeps what programs can make again. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (platform() === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'winnow');
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Caches', 'winnow');
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'winnow');
}

/** A store in one file, replaced whole, so that two processes never leave half of one. */
export const fileStore = (path: string): TuningStore => ({
  read: () => readFile(path, 'utf8').catch(() => undefined),
  async write(text) {
    const next = `${path}.${process.pid}`;
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeFile(next, text);
      await rename(next, path);
    } finally {
      await rm(next, { force: true });
    }
  },
});
