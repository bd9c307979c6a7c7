import type { JSX } from 'preact';
import { ProblemNotice } from '../shared/problem-notice.tsx';
import { fileProblem } from './state/results-state.ts';

/** Why a file was not opened. */
export function FileProblem(): JSX.Element | null {
  if (!fileProblem.value) return null;
  return (
    <ProblemNotice title="This is not a saved run" problem={fileProblem.value}>
      <button type="button" onClick={() => (fileProblem.value = undefined)}>
        Dismiss
      </button>
    </ProblemNotice>
  );
}
