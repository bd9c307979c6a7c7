// npm run bench:check: counted figures and times of the default model and all kernels against the kept baseline of this adapter.
// --update writes the baseline. Not part of npm test: it takes minutes, and times mean little on a busy machine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { baselineName, betterOf, fallsOf, figuresOf, worstOf } from './lib/baseline.mjs';
import { readJson, root, say, writeJson } from './lib/project.mjs';
import { runChild } from './lib/run-child.mjs';

const MODEL = 'smollm2-135m-instruct';
const SETTINGS = ['--prompt', '128', '--history', '128,1024', '--decode', '16', '--runs', '5', '--kernels'];
const RUN_MS = 20 * 60_000;
/** A baseline is the worst of so many runs; a fall counts when it is there in every one of as many. */
const TRIES = 3;
const TOLERANCE = { software: 0.15, gpu: 0.05 };

async function measure() {
  const { code, output, timedOut } = await runChild(
    process.execPath,
    [join(root, 'scripts', 'winnow.mjs'), 'bench', MODEL, ...SETTINGS, '--json'],
    { quiet: true, timeoutMs: RUN_MS },
  );
  const line = output.split('\n').find((text) => text.startsWith('{"format":"winnow-bench"'));
  if (code !== 0 || !line)
    throw new Error(
      `The benchmark ${timedOut ? 'did not end' : 'failed'}.\n${output.trim().split('\n').slice(-5).join('\n')}`,
    );
  return JSON.parse(line);
}

try {
  const { update } = parseArgs({ options: { update: { type: 'boolean', default: false } } }).values;
  say('measuring; this takes minutes and wants a quiet machine');
  const result = await measure();
  let figures = figuresOf(result);
  const path = join(root, 'bench', 'baseline', `${baselineName(result)}.json`);
  if (update) {
    const measurements = [figures];
    while (measurements.length < TRIES) measurements.push(figuresOf(await measure()));
    figures = worstOf(measurements);
    writeJson(path, figures);
    say(
      `${Object.keys(figures.counts).length} counts and ${Object.keys(figures.ratios).length} ratios written to ${path}`,
    );
  } else if (!existsSync(path)) {
    throw new Error(`There is no baseline for ${figures.adapter}: npm run bench:check -- --update writes ${path}.`);
  } else {
    const baseline = readJson(path);
    if (!baseline) throw new Error(`The baseline ${path} is no JSON.`);
    const tolerance = TOLERANCE[result.environment.software ? 'software' : 'gpu'];
    let falls = fallsOf(baseline, figures, tolerance);
    for (let tries = 1; tries < TRIES && falls.length > 0; tries++) {
      say(`${falls.length} figures are worse; measuring again`);
      figures = betterOf(figures, figuresOf(await measure()));
      falls = fallsOf(baseline, figures, tolerance);
    }
    for (const fall of falls) say(fall);
    if (falls.length > 0) {
      say(`If these are meant, CHANGELOG.md needs a line that says why; then npm run bench:check -- --update.`);
      process.exitCode = 1;
    } else say('nothing is worse than the baseline');
  }
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
