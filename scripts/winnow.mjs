// The command `winnow` in a clone: npm run -s winnow -- ARGUMENTS. Builds what changed, then runs bin/winnow.mjs.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, say } from './lib/project.mjs';
import { setup } from './setup.mjs';

const args = process.argv.slice(2);

async function prepare() {
  await setup({ npm: true });
  const { buildLibrary } = await import('./build.mjs');
  await buildLibrary();
  if (!needsGpu()) return {};
  try {
    await setup({ adapter: true });
    return (await import('./find-gpu.mjs')).dawnEnv();
  } catch (error) {
    say(error.message); // The command goes on: it reports a missing adapter in its own words.
    return {};
  }
}

/** Help and the subcommands that only read the file work on a machine without any GPU driver. */
function needsGpu() {
  const [command] = args;
  return (
    command !== undefined &&
    !command.startsWith('-') &&
    !['help', 'info', 'tokenize'].includes(command) &&
    !args.includes('--help')
  );
}

/** The commit that results of the benchmark name, where git knows one. */
function commit() {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? { WINNOW_COMMIT: stdout.trim() } : {};
}

try {
  const env = await prepare();
  // A process of its own: where the Vulkan driver lies must be in the environment when it starts.
  const child = spawn(process.execPath, [join(root, 'bin', 'winnow.mjs'), ...args], {
    env: { ...process.env, ...env, ...(args[0] === 'bench' && commit()) },
    stdio: 'inherit',
  });
  process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
  process.on('SIGINT', () => {}); // Ctrl-C reaches the child by itself; this process ends with it.
  for (const name of ['SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
