import type { JSX } from 'preact';
import { formatBytes, formatCount, formatDuration } from '../shared/format.ts';
import { gpu } from '../shared/gpu-state.ts';
import { choiceTitle } from '../shared/model-choice.ts';
import { downloadBytes, model } from '../shared/model-state.ts';
import { JSON_FILES, OpenButton } from '../shared/open-button.tsx';
import { ProblemNotice } from '../shared/problem-notice.tsx';
import { ProgressCard } from '../shared/progress-card.tsx';
import type { Progress } from '../shared/progress.ts';
import { runState } from '../shared/run-state.ts';
import { MethodsField } from './methods-field.tsx';
import { chips, plannedRuns } from './state/method-state.ts';
import { chosen } from './state/page-settings.ts';
import { openRecord, shown } from './state/results-state.ts';
import { run } from './state/run-state.ts';
import { choiceOpen, modelDialogOpen, settingsOpen } from './state/view-state.ts';
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
  const download = downloadBytes();
  const blocked = chips.value.some(({ problem }) => problem !== undefined);
  return (
    <section class="card choose" aria-labelledby="start-title">
      <h2 id="start-title">{again ? 'Evaluate again' : 'What does a smaller cache cost the model?'}</h2>
      {!again && (
        <p class="reading">
          A text is read with dense attention, then token by token with each method, in this page and on your own GPU.
          How much worse each method predicts the text stands beside the memory and time that it takes.
        </p>
      )}
      {open && (
        <div class="parts">
          <MethodsField />
          <TextField />
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
            Change methods or text
          </button>
        )}
        <button type="button" onClick={() => (settingsOpen.value = true)}>
          Change lengths
        </button>
        <OpenSaved />
      </div>
      {blocked && <p class="field-problem">Change or remove the methods that cannot be read first.</p>}
    </section>
  );
}

/** How long it will take at the pace of the run that is shown, where this page did one. */
function lastTime(): string | undefined {
  const { record, file } = shown.value ?? {};
  if (!record || file !== undefined || record.runs.length === 0) return undefined;
  const pace = record.runs.reduce((sum, { msPerToken }) => sum + msPerToken, 0) / record.runs.length;
  const time = pace * chosen.value.decode * plannedRuns.value.length;
  return `about ${formatDuration(time)} at the pace of the last evaluation, and what loading and reading the text take`;
}

/** What the settings ask for, in words. */
function Plan(): JSX.Element {
  const { prefill, decode, mass } = chosen.value;
  const runs = plannedRuns.value.length;
  return (
    <dl class="facts">
      <dt>Model</dt>
      <dd>{choiceTitle(model.value)}</dd>
      <dt>Task</dt>
      <dd>
        continuation loss: {formatCount(prefill)} tokens are read, the next {formatCount(decode)} are fed one at a time
        and scored{mass ? '; how much attention falls on what is read is measured beside a copy of all keys' : ''}
      </dd>
      <dt>Runs</dt>
      <dd>
        dense attention, then {runs} {runs === 1 ? 'run' : 'runs'} of methods
      </dd>
      <dt>Time</dt>
      <dd>
        {lastTime() ??
          (gpu.value?.software
            ? 'this adapter computes on the CPU: with the short standard lengths a few minutes, and with longer ones or more methods in proportion more'
            : `${formatCount(runs * decode)} tokens are fed one at a time; the time left is shown once it runs`)}
      </dd>
    </dl>
  );
}
