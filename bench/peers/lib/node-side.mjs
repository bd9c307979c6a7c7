// A side in a Node process of its own.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { sidesFolder } from './paths.mjs';

const STDERR_LINES = 3;

/**
 * Starts the process. Every call rejects when the process ends or takes longer than `limitMs`; it is then killed.
 * @param {{ module: string, env: Record<string, string>, limitMs: number }} options module: a file of sides/, without its ending
 * @returns {Promise<{ load(job: object): Promise<object>, run(request: object): Promise<object>, close(): Promise<void> }>}
 */
export async function startNodeSide({ module, env, limitMs }) {
  const child = fork(join(sidesFolder, 'node-host.mjs'), [module], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr.on('data', (data) => (errors = (errors + data).slice(-4000)));
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));

  const answer = () =>
    new Promise((resolve, reject) => {
      const settle = (act, value) => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        act(value);
      };
      const onMessage = ({ value, error }) =>
        error === undefined ? settle(resolve, value) : settle(reject, new Error(error));
      const onExit = (code, signal) =>
        settle(
          reject,
          new Error(
            `its process ended (${signal ?? code}): ${errors.trim().split('\n').slice(-STDERR_LINES).join(' ')}`,
          ),
        );
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        settle(reject, new Error(`it did not answer within ${limitMs / 1000} s`));
      }, limitMs);
      child.on('message', onMessage);
      child.on('exit', onExit);
    });
  const ask = (message) => {
    const answered = answer();
    child.send(message);
    return answered;
  };

  await answer(); // 'ready'
  return {
    load: (job) => ask({ kind: 'load', job }),
    run: (request) => ask({ kind: 'run', ...request }),
    async close() {
      child.kill('SIGKILL'); // Some runtimes hang when they are asked to end.
      await ended;
    },
  };
}
