// Two commands started side by side must not install, fetch or build the same thing at once.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './project.mjs';

/**
 * Runs `work` while holding a lock file that names this process; waits while a living process holds it.
 * A lock left by a dead process is taken over.
 * @param {string} path the lock file
 * @param {string} what said while waiting, for example "fetches the model"
 */
export async function withLock(path, what, work) {
  mkdirSync(dirname(path), { recursive: true });
  for (let told = false; !tryTake(path); await sleep(200)) {
    if (!told) say(`another command ${what}, waiting for it (lock file: ${path})`);
    told = true;
  }
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function tryTake(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (holderLives(path)) return false;
  rmSync(path, { force: true });
  return tryTake(path);
}

function holderLives(path) {
  let holder;
  try {
    holder = Number(readFileSync(path, 'utf8'));
  } catch {
    return true; // Just released: the next try takes it.
  }
  if (!Number.isInteger(holder) || holder <= 0) return holder === 0; // Empty while it is being written.
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
