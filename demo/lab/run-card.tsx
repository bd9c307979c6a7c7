import type { JSX } from 'preact';
import { formatBytes, formatCount } from '../shared/format.ts';
import { downloadBytes } from '../shared/model-state.ts';
import { JSON_FILES, OpenButton } from '../shared/open-button.tsx';
import { ProblemNotice } from '../shared/problem-notice.tsx';
import { ProgressCard } from '../shared/progress-card.tsx';
import type { Progress } from '../shared/progress.ts';
import { runState } from '../shared/run-state.ts';
import { MethodsField } from './methods-field.tsx';
import { Plan } from './plan.tsx';
import { chips } from './state/method-state.ts';
import { chosen } from './state/page-settings.ts';
import { openRecord, shown } from './state/results-state.ts';
import { run } from './state/run-state.ts';
import { choiceOpen, modelDialogOpen, settingsOpen } from './state/view-state.ts';
import { TaskField } from './task-field.tsx';
import { TextField } from './text-field.tsx';

const STAGES = [
  { stage: 'load', label: 'Load the model' },
  { stage: 'dense', label: 'Dense attention' },
  { stage: 'methods', label: 'Methods' },
];

/** What can be started, what is running, or why nothing can: one designed state for each phase. */
export function RunCard(): JSX.Element {
  const state = runState.value;
  switch (state.phase) {
    case 'starting':
      return <p class="quiet centred">Looking for a GPU…</p>;
    case 'unsupported':
      return (
        <ProblemNotice title="This page cannot reach a GPU" problem={state.problem}>
          <OpenSaved />
        </ProblemNotice>
      );
    case 'running':
      return <ProgressCard state={state} stages={STAGES} amount={amountOf} />;
    case 'failed':
      return (
        <>
          <ProblemNotice title="The evaluation ended early" problem={state.problem}>
            <button type="button" onClick={() => (modelDialogOpen.value = true)}>
              Choose another model
            </button>
          </ProblemNotice>
          <StartCard />
        </>
      );
    case 'idle':
      return <StartCard />;
    default:
      return state satisfies never;
  }
}

/** Runs are counted in tokens that are parts of them. */
function amountOf({ stage, done, total }: Progress): string | undefined {
  if (stage === 'load') return undefined;
  return `${formatCount(Math.floor((100 * done) / total))} %`;
}

const OpenSaved = (): JSX.Element => (
  <OpenButton label="Open a saved evaluation…" accept={JSON_FILES} take={([file]) => file && void openRecord(file)} />
);

/** What is to be evaluated, and the button that does it. */
function StartCard(): JSX.Element {
  const again = shown.value !== undefined;
  const open = !again || choiceOpen.value || runState.value.phase === 'failed';
  const loss = chosen.value.task === undefined;
  const download = downloadBytes();
  const blocked = chips.value.some(({ problem }) => problem !== undefined);
  return (
    <section class="card choose" aria-labelledby="start-title">
      <h2 id="start-title">{again ? 'Evaluate again' : 'What does a smaller cache cost the model?'}</h2>
      {!again && (
        <p class="reading">
          {loss
            ? 'A text is read with dense attention, then token by token with each method, in this page and on your own GPU. How much worse each method predicts the text stands beside the memory and time that it takes.'
            : 'Questions about a context are asked with dense attention, then with each method, in this page and on your own GPU. Whether the reply is right, and how likely the answer is, stands beside what dense attention does.'}
        </p>
      )}
      {open && (
        <div class="parts">
          <MethodsField />
          <div class="part">
            <TaskField />
            {loss && <TextField />}
          </div>
        </div>
      )}
      {open && <Plan />}
      <div class="buttons">
        <button type="button" class="primary" disabled={blocked} onClick={() => void run()}>
          Run the evaluation
          {download > 0 && ` · downloads ${formatBytes(download)}`}
        </button>
        {again && !open && (
          <button type="button" onClick={() => (choiceOpen.value = true)}>
            Change methods or task
          </button>
        )}
        <button type="button" onClick={() => (settingsOpen.value = true)}>
          {loss ? 'Change lengths' : 'Change seed or GPU'}
        </button>
        <OpenSaved />
      </div>
      {blocked && <p class="field-problem">Change or remove the methods that cannot be read first.</p>}
    </section>
  );
}
