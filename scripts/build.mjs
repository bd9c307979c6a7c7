// Builds the library into dist/, whole or not at all: node scripts/build.mjs [--no-types]
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lib/lock.mjs';
import { cacheFolder, readJson, root, say, writeJson } from './lib/project.mjs';
import { runChild } from './lib/run-child.mjs';

const dist = join(root, 'dist');
const memory = join(cacheFolder, 'build.json');
const SOURCES = [
  'src',
  'shaders',
  'cases', // What the benchmark ships.
  'types',
  'models/manifest.json',
  'vite.config.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
  'package-lock.json',
];
const STEP_MS = 5 * 60_000;

/**
 * Builds the library unless dist/ is newer than every source.
 * @param {{ types?: boolean, always?: boolean }} [options] types: declarations too; always: even when nothing changed
 * @throws {Error} with the builder's output; the old dist/ then stays as it was
 */
export async function buildLibrary({ types = false, always = false } = {}) {
  if (!always && isFresh(types)) return;
  await withLock(join(cacheFolder, 'build.lock'), 'is building the library', async () => {
    if (!always && isFresh(types)) return;
    for (const name of readdirSync(root)) if (name.startsWith('.build-')) rmSync(join(root, name), { recursive: true }); // From a killed build.
    const startedAt = Date.now();
    const next = join(root, `.build-${process.pid}`); // Beside dist/, so that the paths in source maps stay right.
    try {
      await step('vite', ['build', '-c', 'vite.config.ts', '--outDir', next, '--logLevel', 'warn']);
      if (types) await step('tsc', ['-p', 'tsconfig.build.json', '--outDir', next]);
      const old = `${next}-old`;
      if (existsSync(dist)) renameSync(dist, old);
      renameSync(next, dist);
      rmSync(old, { recursive: true, force: true });
      writeJson(memory, { startedAt, types });
    } finally {
      rmSync(next, { recursive: true, force: true });
    }
  });
}

async function step(program, args) {
  const { code, output, timedOut, error } = await runChild(program, args, { quiet: true, timeoutMs: STEP_MS });
  if (code === 0) return;
  throw new Error(
    `The library could not be built: ${program} ${timedOut ? 'did not end' : 'failed'}.\n${error?.message ?? output.trim()}`,
  );
}

function isFresh(types) {
  const built = readJson(memory);
  if (!built || (types && !built.types) || !existsSync(join(dist, 'cli', 'main.js'))) return false;
  return Math.max(...SOURCES.map((path) => newest(join(root, path)))) < built.startedAt;
}

/** Latest change below a path, in ms; folders count too, since they change when a file is removed. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await buildLibrary({ types: !process.argv.includes('--no-types'), always: true });
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
