// npm test: everything there is to check. --quick: what fits in two minutes, without a browser and without the real model.
// The last line says how many passed and failed; types, lint, format and each build count as one.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { countTests } from './lib/count-tests.mjs';
import { cacheFolder, readJson, root, say } from './lib/project.mjs';
import { runChild } from './lib/run-child.mjs';
import { setup } from './setup.mjs';

const MINUTE = 60_000;
// Compiling takes most of the time of GPU tests on a software adapter: the quick run compiles what a small engine needs, and
// the first shapes of each kernel case (WINNOW_QUICK).
const QUICK_GPU = ['test/kernels', 'test/engine/conversation', 'test/engine/counts', 'test/engine/shards'];
const total = { passed: 0, failed: 0, skipped: 0 };
const summary = [];

/** Runs one step and counts it; a step that crashes is a failure, and the next one still runs. */
async function step(name, work) {
  say(`\n--- ${name}`);
  const start = performance.now();
  let result;
  try {
    result = await work();
  } catch (error) {
    result = { passed: 0, failed: 1, skipped: 0, problem: error.message };
  }
  for (const key of Object.keys(total)) total[key] += result[key];
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const counts = `${result.passed} passed, ${result.failed} failed${result.skipped ? `, ${result.skipped} skipped` : ''}`;
  summary.push(
    `${name.padEnd(12)} ${seconds.padStart(7)} s   ${counts}${result.problem ? ` (${result.problem})` : ''}`,
  );
  return result.failed === 0;
}

/** One program whose exit status is one result. */
async function check(program, args, timeoutMs) {
  const { code, timedOut, error } = await runChild(program, args, { timeoutMs });
  const problem = timedOut
    ? `it did not end within ${timeoutMs / MINUTE} min`
    : (error?.message ?? `exit status ${code}`);
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0, problem };
}

async function vitest(project, timeoutMs, args = []) {
  const report = join(cacheFolder, `report-${project}-${process.pid}.json`);
  try {
    const ours = '--reporter=./test/support/cost-reporter.ts';
    const reporters = ['--reporter=default', ours, '--reporter=json', `--outputFile.json=${report}`];
    const { code, timedOut, error } = await runChild('vitest', ['run', '--project', project, ...reporters, ...args], {
      timeoutMs,
    });
    const result = countTests(readJson(report), code);
    const problem = timedOut ? `it did not end within ${timeoutMs / MINUTE} min` : error?.message;
    return problem ? { ...result, failed: Math.max(1, result.failed), problem } : result;
  } finally {
    rmSync(report, { force: true });
  }
}

function readOptions() {
  try {
    return parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    say(`${error.message} npm test takes no option, or --quick.`);
    return process.exit(2);
  }
}

const { quick } = readOptions();
const ready = await step('setup', async () => {
  await setup({ npm: true, adapter: true, browser: !quick, model: true });
  return { passed: 0, failed: 0, skipped: 0 };
});
if (ready) {
  await step('types', () => check('tsc', ['--noEmit'], 3 * MINUTE));
  await step('types, demo', () => check('tsc', ['--noEmit', '-p', 'demo/tsconfig.json'], 3 * MINUTE));
  await step('lint', () => check('oxlint', ['--type-aware'], 3 * MINUTE));
  await step('format', () => check('oxfmt', ['--check', '.'], 2 * MINUTE));
  if (!quick) {
    await step('build', () => check(process.execPath, ['scripts/build.mjs'], 5 * MINUTE));
    if (existsSync(join(root, 'demo', 'vite.config.ts'))) {
      await step('build demo', () =>
        check('vite', ['build', '-c', 'demo/vite.config.ts', '--logLevel', 'warn'], 5 * MINUTE),
      );
    }
  }
  await step('unit', () => vitest('unit', 6 * MINUTE));
  if (quick) process.env.WINNOW_QUICK = '1';
  await step('gpu', () => vitest('gpu', 45 * MINUTE, quick ? QUICK_GPU : []));
  if (!quick) {
    await step('browser', () => vitest('browser', 20 * MINUTE));
    await step('pages', () => vitest('pages', 20 * MINUTE));
  }
}
process.stdout.write(`\n${summary.join('\n')}\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exit(total.failed === 0 ? 0 : 1);
