import { describe, expect, test } from 'vitest';
import { countTests, type VitestReport } from '../../../scripts/lib/count-tests.mjs';

function report(part: Partial<VitestReport>): VitestReport {
  return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [], ...part };
}

describe('counting what a test run did', () => {
  test('passed, failed and skipped tests are summed up', () => {
    const result = countTests(report({ numPassedTests: 5, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 }), 1);
    expect(result).toEqual({ passed: 5, failed: 2, skipped: 2 });
  });

  test('a file that breaks while it is loaded is one failure', () => {
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
    ];
    expect(countTests(report({ numPassedTests: 1, numFailedTests: 1, testResults }), 1)).toMatchObject({
      passed: 1,
      failed: 2,
    });
  });

  test('a run without tests, without a report, or with a bad exit status is never a pass', () => {
    expect(countTests(report({}), 0)).toMatchObject({ failed: 1, problem: 'it ran no test' });
    expect(countTests(report({ numPendingTests: 3 }), 0)).toMatchObject({ failed: 1, skipped: 3 });
    expect(countTests(undefined, 0)).toMatchObject({ failed: 1 });
    expect(countTests(report({ numPassedTests: 4 }), 1)).toMatchObject({ passed: 4, failed: 1 });
    expect(countTests(report({ numPassedTests: 4 }), null)).toMatchObject({ passed: 4, failed: 1 });
  });
});
