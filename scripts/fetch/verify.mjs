// Is a model file the one that the manifest describes? A verified file is remembered by size and time, so it is hashed once.
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheFolder, readJson, writeJson } from '../lib/project.mjs';

const remembered = () => join(cacheFolder, 'verified-models.json');

/** Size of a file in bytes, 0 where there is none. */
export function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** True when this very file (same size and time) has been verified before; reads nothing of the file itself. */
export function isRemembered(path, model) {
  const entry = readJson(remembered())?.[resolve(path)];
  const stat = statSync(path, { throwIfNoEntry: false });
  return Boolean(
    entry &&
    stat &&
    entry.sha256 === model.sha256 &&
    entry.size === stat.size &&
    stat.size === model.bytes &&
    entry.mtimeMs === stat.mtimeMs,
  );
}

export function remember(path, model) {
  const { size, mtimeMs } = statSync(path);
  writeJson(remembered(), { ...readJson(remembered()), [resolve(path)]: { size, mtimeMs, sha256: model.sha256 } });
}

/**
 * Hashes a whole file.
 * @returns {Promise<string | undefined>} what is wrong with it, or undefined when size and SHA-256 are the manifest's
 */
export async function whatIsWrong(path, model, onProgress) {
  const size = sizeOf(path);
  if (size !== model.bytes) return `it has ${size} bytes instead of ${model.bytes}`;
  const hash = createHash('sha256');
  let loadedBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk);
    onProgress?.((loadedBytes += chunk.length));
  }
  const digest = hash.digest('hex');
  return digest === model.sha256 ? undefined : `its SHA-256 is ${digest} instead of ${model.sha256}`;
}
