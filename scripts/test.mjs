// npm test: everything there is to check, with a sample of the kernels' shapes and of the methods. --full: all of them.
// --quick: what fits in two minutes, without a browser and without the real model.
// GPU tests, pages and everything else run beside each other. The last line says how many passed and failed; types, lint, format and each build count as one.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { say } from './lib/project.mjs';
import { check, MINUTE, TestSteps, vitest } from './lib/test-steps.mjs';
import { setup } from './setup.mjs';

// Compiling takes most of the time of GPU tests on a software adapter: a run takes a share of the cases, and the quick run only
// what a small engine needs.
const SHARES = { quick: 0.05, sample: 0.2, full: 1 };
const QUICK_GPU = ['test/kernels', 'test/engine/conversation', 'test/engine/counts', 'test/engine/shards'];

function readOptions() {
  try {
    const options = { quick: { type: 'boolean', default: false }, full: { type: 'boolean', default: false } };
    const { quick, full } = parseArgs({ options }).values;
    if (quick && full) throw new Error('--quick and --full are two different runs.');
    return quick ? 'quick' : full ? 'full' : 'sample';
  } catch (error) {
    say(`${error.message} npm test takes no option, or --quick, or --full.`);
    return process.exit(2);
  }
}

const kind = readOptions();
const quick = kind === 'quick';
const steps = new TestSteps();
/** A run of all cases may take longer. */
const minutes = (count) => count * MINUTE * (kind === 'full' ? 4 : 1);

/** What is said of the sources, and what runs without a GPU or in a browser's own page. */
async function sources() {
  await steps.run('types', (line) => check(line, 'tsc', ['--noEmit'], 3 * MINUTE));
  await steps.run('types, demo', (line) => check(line, 'tsc', ['--noEmit', '-p', 'demo/tsconfig.json'], 3 * MINUTE));
  await steps.run('lint', (line) => check(line, 'oxlint', ['--type-aware'], 3 * MINUTE));
  await steps.run('format', (line) => check(line, 'oxfmt', ['--check', '.'], 2 * MINUTE));
  await steps.run('unit', (line) => vitest(line, ['unit'], minutes(20)));
  if (!quick) await steps.run('browser', (line) => vitest(line, ['browser'], minutes(45), { env }));
}

/** What is built, and what uses it: pages in a browser spend most of their time waiting. */
async function built() {
  if (quick) return;
  await steps.run('build', (line) => check(line, process.execPath, ['scripts/build.mjs'], 5 * MINUTE));
  const demo = ['build', '-c', 'demo/vite.config.ts', '--logLevel', 'warn'];
  await steps.run('build demo', (line) => check(line, 'vite', demo, 5 * MINUTE));
  await steps.run('pages', (line) => vitest(line, ['pages'], minutes(45), { env }));
}

const env = { WINNOW_SHARE: String(SHARES[kind]) };
const gpu = () =>
  steps.run('gpu', (line) =>
    quick
      ? vitest(line, ['gpu'], 10 * MINUTE, { env, args: QUICK_GPU })
      : vitest(line, ['gpu', 'model'], minutes(60), { env }),
  );

const ready = await steps.run('setup', async () => {
  await setup({ npm: true, adapter: true, browser: !quick, model: true });
  return { passed: 0, failed: 0, skipped: 0 };
});
if (ready) {
  const lanes = [gpu, sources, built];
  if (availableParallelism() > 1) await Promise.all(lanes.map((lane) => lane()));
  else for (const lane of lanes) await lane();
}
process.stdout.write(`\n${steps.summary}\n`);
process.exit(steps.total.failed === 0 ? 0 : 1);
