// Child processes that end with their parent: a time limit and Ctrl-C take the whole tree down.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './project.mjs';

const running = new Set();
let ending = false; // After a signal: nothing new starts, and nothing goes on because a child has ended.
const GRACE_MS = 5000;

/**
 * Runs a program in the project's root; programs of node_modules/.bin need no path.
 * @param {{ timeoutMs?: number, env?: Record<string, string>, quiet?: boolean, prefix?: string }} [options]
 *   quiet: keep the output and return it; prefix: what stands before each line that is passed on, where several children run
 * @returns {Promise<{ code: number | null, timedOut: boolean, output: string, error?: Error }>} code is null when it did not end by itself
 */
export function runChild(command, args, { timeoutMs, env, quiet = false, prefix } = {}) {
  return new Promise((resolve) => {
    if (ending) return;
    const piped = quiet || prefix !== undefined;
    const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, PATH: path, ...env },
      stdio: piped ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      detached: process.platform !== 'win32', // A group of its own, so that the group can be ended as a whole.
      shell: process.platform === 'win32', // npm and .bin entries are .cmd files there.
    });
    let output = '';
    let timedOut = false;
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      if (quiet) from.on('data', (data) => (output += data));
      else if (piped) createInterface({ input: from }).on('line', (line) => to.write(`${prefix}${line}\n`));
    }
    running.add(child);
    const timer =
      timeoutMs &&
      setTimeout(() => {
        timedOut = true;
        void killTree(child);
      }, timeoutMs);
    const end = (code, error) => {
      clearTimeout(timer);
      running.delete(child);
      if (!ending) resolve({ code: timedOut ? null : code, timedOut, output, ...(error && { error }) });
    };
    child.on('error', (error) => end(null, error));
    child.on(piped ? 'close' : 'exit', (code) => end(code));
  });
}

for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.on(name, () => {
    ending = true;
    if (running.size === 0) process.exit(code);
    void Promise.all([...running].map(killTree)).then(() => process.exit(code));
  });
}

async function killTree(child) {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F']);
    return;
  }
  const tree = [child.pid, ...descendants(child.pid)]; // A browser leaves the group, so the group alone is not enough.
  for (const pid of tree) signal(pid, 'SIGTERM');
  const end = Date.now() + GRACE_MS;
  while (Date.now() < end && tree.some((pid) => signal(pid, 0))) await sleep(100);
  for (const pid of tree) signal(pid, 'SIGKILL');
}

function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function descendants(pid) {
  const children = new Map();
  for (const [child, parent] of processTable()) children.set(parent, [...(children.get(parent) ?? []), child]);
  const found = [];
  for (const next = [pid]; next.length > 0;) {
    const below = children.get(next.pop()) ?? [];
    found.push(...below);
    next.push(...below);
  }
  return found;
}

/** Pairs of process id and parent id; /proc where there is one, since small images lack `ps`. */
function processTable() {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
    return (stdout ?? '')
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number));
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const afterName = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1);
        return [[Number(name), Number(afterName.split(' ')[1])]];
      } catch {
        return []; // It ended meanwhile.
      }
    });
}
