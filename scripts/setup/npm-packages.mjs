// Are the npm packages of package-lock.json installed? If not, npm installs them.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../lib/lock.mjs';
import { readJson, root, say } from '../lib/project.mjs';
import { runChild } from '../lib/run-child.mjs';

const MINUTE = 60_000;
const INSTALL_MS = 15 * MINUTE;

/**
 * Why npm must run, or undefined when every locked package is there at its locked version.
 * Contents are compared, not times: git and copies set times as they like.
 */
export function whyInstall(folder = root) {
  const modules = join(folder, 'node_modules');
  if (!existsSync(modules)) return 'node_modules is missing';
  const installed = readJson(join(modules, '.package-lock.json'))?.packages;
  if (!installed) return 'node_modules is incomplete';
  const locked = readJson(join(folder, 'package-lock.json'))?.packages;
  if (!locked) {
    const { dependencies, devDependencies } = readJson(join(folder, 'package.json')) ?? {};
    const missing = Object.keys({ ...dependencies, ...devDependencies }).find(
      (name) => !installed[`node_modules/${name}`],
    );
    return missing && `${missing} is not installed`;
  }
  for (const [path, entry] of Object.entries(locked)) {
    if (!path || entry.link) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const there = installed[path];
    if (!there && !entry.optional) return `${name} is not installed`;
    if (there && there.version !== entry.version) return `${name} is ${there.version} instead of ${entry.version}`;
  }
  const gone = Object.keys({ ...locked['']?.dependencies, ...locked['']?.devDependencies }).find(
    (name) => !existsSync(join(modules, name, 'package.json')),
  );
  return gone && `${gone} is not in node_modules`;
}

/** @throws {Error} when npm fails */
export async function setupNpmPackages() {
  if (!whyInstall()) return;
  // The lock lies outside node_modules, which npm removes.
  const lock = join(tmpdir(), `winnow-npm-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`);
  await withLock(lock, 'is installing npm packages', async () => {
    const why = whyInstall();
    if (!why) return;
    const verb = existsSync(join(root, 'package-lock.json')) ? 'ci' : 'install';
    say(`setup: ${why}: running npm ${verb}`);
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
    const { code, output, timedOut, error } = await runChild(
      npm[0],
      [...npm.slice(1), verb, '--no-audit', '--no-fund', '--loglevel=error'],
      {
        quiet: true,
        timeoutMs: INSTALL_MS,
      },
    );
    if (code === 0) return;
    const text = output
      .replaceAll(/^npm error */gm, '')
      .split('Clean install a project')[0]
      .trim(); // Behind it comes npm's whole help.
    const reason = timedOut ? `it did not end within ${INSTALL_MS / MINUTE} minutes` : (error?.message ?? text);
    throw new Error(`npm ${verb} failed: ${reason}`);
  });
}
