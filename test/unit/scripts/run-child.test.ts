import { expect, test } from 'vitest';
import { runChild } from '../../../scripts/lib/run-child.mjs';

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('output and exit status of a child come back', async () => {
  const { code, output } = await runChild(
    process.execPath,
    ['-e', 'console.log("out"); console.error("err"); process.exit(3)'],
    { quiet: true },
  );
  expect(code).toBe(3);
  expect(output).toContain('out');
  expect(output).toContain('err');
});

test('each line that is passed on begins with the prefix, and none is lost at the end', async () => {
  const script = `
    import { runChild } from ${JSON.stringify(new URL('../../../scripts/lib/run-child.mjs', import.meta.url).href)};
    const { code } = await runChild(process.execPath, ['-e', 'console.log("a"); console.log("b"); process.stderr.write("c")'], { prefix: 'x | ' });
    process.exitCode = code;`;
  const { code, output } = await runChild(process.execPath, ['--input-type=module', '-e', script], { quiet: true });
  expect(code).toBe(0);
  expect(output.split('\n').toSorted()).toEqual(['', 'x | a', 'x | b', 'x | c']);
});

test('a program that does not exist is an error, not a crash', async () => {
  expect((await runChild('no-such-program', [], { quiet: true })).error).toMatchObject({ code: 'ENOENT' });
});

test('a child that exceeds its time goes with its own children, also those that left its process group', async () => {
  const forever = 'setInterval(() => {}, 1000)';
  const parent = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(forever)}], { detached: true, stdio: 'ignore' });
    console.log(process.pid + ' ' + child.pid);
    ${forever}`;
  const { code, timedOut, output } = await runChild(process.execPath, ['-e', parent], { quiet: true, timeoutMs: 1500 });
  expect({ code, timedOut }).toEqual({ code: null, timedOut: true });
  const pids = output.trim().split(' ').map(Number);
  expect(pids).toHaveLength(2);
  await expect.poll(() => pids.filter(lives), { timeout: 10_000 }).toEqual([]);
});
