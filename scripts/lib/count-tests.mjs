// Sums up what a Vitest run really did, from its JSON report and exit status.

/**
 * @param {object | undefined} report Vitest's JSON report; undefined when the run left none
 * @param {number | null} exitCode null when the run was ended
 * @returns {{ passed: number, failed: number, skipped: number, problem?: string }} problem: a failure that is no test's
 */
export function countTests(report, exitCode) {
  if (!report) return { passed: 0, failed: 1, skipped: 0, problem: 'the run ended without a report' };
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  // A file that fails while it is loaded has no failed test of its own.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  if (passed + failed === 0) return { passed, failed: 1, skipped, problem: 'it ran no test' };
  if (failed === 0 && exitCode !== 0)
    return { passed, failed: 1, skipped, problem: `it ended with exit status ${exitCode}` };
  return { passed, failed, skipped };
}
