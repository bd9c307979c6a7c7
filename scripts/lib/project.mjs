// Where things are in this project, and the small facts that scripts remember from one run to the next.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Folder for what scripts keep: it goes with node_modules, so that a clean install forgets everything. */
export const cacheFolder = join(root, 'node_modules', '.cache', 'winnow');

/** Reads a JSON file; undefined where it is missing or broken (what scripts remember can always be found again). */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes JSON under its final name whole or not at all. */
export function writeJson(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  const half = `${path}.${process.pid}`;
  writeFileSync(half, JSON.stringify(value, null, 1));
  renameSync(half, path);
}

/** Tells the user what a script does; stdout stays free for results. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}
