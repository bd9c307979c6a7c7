// The steps of a test run: each is counted, a step that crashes is a failure, and the next one still runs.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { countTests } from './count-tests.mjs';
import { cacheFolder, readJson, say } from './project.mjs';
import { runChild } from './run-child.mjs';

export const MINUTE = 60_000;
const NAME_WIDTH = 12;

/** What a run did so far. */
export class TestSteps {
  total = { passed: 0, failed: 0, skipped: 0 };
  #lines = [];

  /**
   * Runs one step and counts it.
   * @param {(prefix: string) => Promise<{ passed: number, failed: number, skipped: number, problem?: string }>} work
   *   gets what its lines begin with
   * @returns {Promise<boolean>} whether nothing failed
   */
  async run(name, work) {
    say(`--- ${name}`);
    const start = performance.now();
    let result;
    try {
      result = await work(`${name.padEnd(NAME_WIDTH)} | `);
    } catch (error) {
      result = { passed: 0, failed: 1, skipped: 0, problem: error.message };
    }
    for (const key of Object.keys(this.total)) this.total[key] += result[key];
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const counts = `${result.passed} passed, ${result.failed} failed${result.skipped ? `, ${result.skipped} skipped` : ''}`;
    const line = `${name.padEnd(NAME_WIDTH)} ${seconds.padStart(7)} s   ${counts}${result.problem ? ` (${result.problem})` : ''}`;
    this.#lines.push(line);
    say(`--- ${line}`);
    return result.failed === 0;
  }

  /** A line a step, in the order in which they ended; the last line says how many passed and failed in all. */
  get summary() {
    return [...this.#lines, `${this.total.passed} passed, ${this.total.failed} failed`].join('\n');
  }
}

const late = (timeoutMs) => `it did not end within ${timeoutMs / MINUTE} min`;

/** One program whose exit status is one result. */
export async function check(prefix, program, args, timeoutMs) {
  const { code, timedOut, error } = await runChild(program, args, { timeoutMs, prefix });
  const problem = timedOut ? late(timeoutMs) : (error?.message ?? `exit status ${code}`);
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0, problem };
}

/** The tests of some of Vitest's projects. */
export async function vitest(prefix, projects, timeoutMs, { args = [], env = {} } = {}) {
  const report = join(cacheFolder, `report-${projects.join('-')}-${process.pid}.json`);
  try {
    const ours = '--reporter=./test/support/cost-reporter.ts';
    const reporters = ['--reporter=default', ours, '--reporter=json', `--outputFile.json=${report}`];
    const { code, timedOut, error } = await runChild(
      'vitest',
      ['run', ...projects.flatMap((name) => ['--project', name]), ...reporters, ...args],
      {
        timeoutMs,
        prefix,
        env,
      },
    );
    const result = countTests(readJson(report), code);
    const problem = timedOut ? late(timeoutMs) : error?.message;
    return problem ? { ...result, failed: Math.max(1, result.failed), problem } : result;
  } finally {
    rmSync(report, { force: true });
  }
}
