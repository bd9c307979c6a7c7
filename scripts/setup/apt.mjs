// Debian packages, where this process may install them. Names no mirror: sources come from the machine's own configuration.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { runChild } from '../lib/run-child.mjs';
import { say } from '../lib/project.mjs';

const STEP_MS = 10 * 60_000;
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
let updated;

/** Why apt cannot be used here, or undefined when it can. */
export function whyNoApt() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return 'this system has no apt';
  return process.getuid() === 0 ? undefined : 'installing packages needs root';
}

/**
 * Installs Debian packages.
 * @param {string} [suite] the release to take them from, when it is not the default one
 * @throws {Error} with apt's own reason
 */
export async function aptInstall(packages, suite) {
  await update();
  await apt('apt-get', [
    'install',
    '-y',
    '-qq',
    '--no-install-recommends',
    ...(suite ? ['-t', suite] : []),
    ...packages,
  ]);
}

/** The version of a package that apt would install, such as "22.3.6-1+deb12u1"; '' when it knows none. */
export async function candidateVersion(name) {
  await update();
  const policy = await apt('apt-cache', ['policy', name]);
  return /Candidate: (?!\(none\))(\S+)/.exec(policy)?.[1] ?? '';
}

/**
 * Makes Debian's backports of this release available, from the mirror that the release itself comes from.
 * @returns {Promise<string>} the suite's name
 */
export async function enableBackports() {
  const release = readFileSync('/etc/os-release', 'utf8');
  if (!/^ID=debian$/m.test(release)) throw new Error('this is not Debian, so it has no Debian backports');
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(release)?.[1];
  if (!codename) throw new Error('this Debian has no code name, so no backports either');
  const suite = `${codename}-backports`;
  await update();
  const targets = await apt('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI)|$(CODENAME)|$(COMPONENT)',
    'Created-By: Packages',
  ]);
  const rows = targets
    .trim()
    .split('\n')
    .map((line) => line.split('|'));
  if (rows.some(([, name, component]) => name === suite && component === 'main')) return suite;
  const mirror = rows.find(([, name, component]) => name === codename && component === 'main')?.[0];
  if (!mirror) throw new Error(`apt has no source for ${codename} main`);
  say(`setup: adding ${suite} to apt's sources`);
  writeFileSync(
    `/etc/apt/sources.list.d/${suite}.sources`,
    `Types: deb\nURIs: ${mirror}\nSuites: ${suite}\nComponents: main\nSigned-By: ${KEYRING}\n`,
  );
  updated = undefined;
  await update();
  return suite;
}

function update() {
  updated ??= apt('apt-get', ['update', '-qq']);
  return updated;
}

async function apt(command, args) {
  const { code, output, timedOut, error } = await runChild(command, args, {
    quiet: true,
    timeoutMs: STEP_MS,
    env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  });
  if (code === 0) return output;
  const why = output
    .trim()
    .split('\n')
    .findLast((line) => line.startsWith('E:'));
  throw new Error(
    timedOut
      ? `${command} did not end within ${STEP_MS / 60_000} minutes`
      : (why ?? error?.message ?? `${command} failed`),
  );
}
