import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { ProblemNotice } from './problem-notice.tsx';
import type { Problem } from './problem.ts';

/** Why a file was not opened, until it is dismissed. */
export function FileProblem(props: { title: string; problem: Signal<Problem | undefined> }): JSX.Element | null {
  const { title, problem } = props;
  if (!problem.value) return null;
  return (
    <ProblemNotice title={title} problem={problem.value}>
      <button type="button" onClick={() => (problem.value = undefined)}>
        Dismiss
      </button>
    </ProblemNotice>
  );
}
