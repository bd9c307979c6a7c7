import type { JSX } from 'preact';
import { formatBytes } from '../shared/format.ts';
import { gpu } from '../shared/gpu-state.ts';
import { choiceTitle } from '../shared/model-choice.ts';
import { downloadBytes, model } from '../shared/model-state.ts';
import { JSON_FILES, OpenButton } from '../shared/open-button.tsx';
import { ProblemNotice } from '../shared/problem-notice.tsx';
import { ProgressCard } from '../shared/progress-card.tsx';
import { runState } from '../shared/run-state.ts';
import { defaultsFor, type Part } from './state/bench-spec.ts';
import { settings } from './state/page-settings.ts';
import { openFiles, shown } from './state/results-state.ts';
import { run } from './state/run-state.ts';
import { modelDialogOpen, settingsOpen } from './state/view-state.ts';

/** What can be started, what is running, or why nothing can: one designed state for each phase. */
export function RunCard(): JSX.Element {
  const state = runState.value;
  switch (state.phase) {
    case 'starting':
      return <p class="quiet centred">Looking for a GPU…</p>;
    case 'unsupported':
      return (
        <ProblemNotice title="This page cannot reach a GPU" problem={state.problem}>
          <OpenRuns label="Open a saved run…" />
        </ProblemNotice>
      );
    case 'running':
      return <ProgressCard state={state} stages={stagesNow()} />;
    case 'failed':
      return (
        <ProblemNotice title="The benchmark ended early" problem={state.problem}>
          <button type="button" class="primary" onClick={() => void run()}>
            Run again
          </button>
          <button type="button" onClick={() => (modelDialogOpen.value = true)}>
            Choose another model
          </button>
          <OpenRuns label="Open a saved run…" />
        </ProblemNotice>
      );
    case 'idle':
      return <StartCard />;
    default:
      return state satisfies never;
  }
}

/** One button, and what it will do. */
function StartCard(): JSX.Element {
  const again = shown.value !== undefined;
  const { parts } = { ...defaultsFor(gpu.value?.software ?? false), ...settings.value };
  const download = parts.includes('model') ? downloadBytes() : 0;
  return (
    <section class={again ? 'card start again' : 'card start'} aria-labelledby="start-title">
      <h2 id="start-title">{again ? 'Measure again' : 'How fast does a language model run here?'}</h2>
      {!again && (
        <>
          <p>
            It runs in this page, on your own GPU. Every kernel is checked first and then timed; what this device can do
            at most is measured in the same run, so that each figure has something to stand against.
          </p>
          <Plan />
        </>
      )}
      <div class="buttons">
        <button type="button" class="primary" onClick={() => void run()}>
          Run the benchmark
          {download > 0 && ` · downloads ${formatBytes(download)}`}
        </button>
        <OpenRuns label={again ? 'Compare with a saved run…' : 'Open a saved run…'} />
        <button type="button" onClick={() => (settingsOpen.value = true)}>
          Change what is measured
        </button>
      </div>
    </section>
  );
}

const OpenRuns = ({ label }: { label: string }): JSX.Element => (
  <OpenButton label={label} accept={JSON_FILES} multiple take={(files) => void openFiles(files)} />
);

const STAGES: readonly { readonly stage: string; readonly label: string; readonly part?: Part }[] = [
  { stage: 'load', label: 'Load the model', part: 'model' },
  { stage: 'model', label: 'Model', part: 'model' },
  { stage: 'roofs', label: 'Roofs' },
  { stage: 'kernels', label: 'Kernels', part: 'kernels' },
];

/** The stages of the parts that are measured. */
function stagesNow(): typeof STAGES {
  const { parts } = { ...defaultsFor(gpu.value?.software ?? false), ...settings.value };
  return STAGES.filter(({ part }) => part === undefined || parts.includes(part));
}

/** What the settings ask for, in words. */
function Plan(): JSX.Element {
  const software = gpu.value?.software ?? false;
  const { parts, prompts, histories, decodeTokens, runs, kernels } = { ...defaultsFor(software), ...settings.value };
  const list = (values: readonly number[]): string => values.map((value) => value.toLocaleString('en')).join(', ');
  return (
    <>
      <dl class="facts">
        {parts.includes('model') && (
          <>
            <dt>Model</dt>
            <dd>
              {choiceTitle(model.value)}: prompts of {list(prompts)} tokens; {decodeTokens} tokens after histories of{' '}
              {list(histories)}
            </dd>
          </>
        )}
        {parts.includes('kernels') && (
          <>
            <dt>Kernels</dt>
            <dd>{kernels === '' ? 'all, at the shapes of real models' : `those with “${kernels}” in the name`}</dd>
          </>
        )}
        <dt>Runs</dt>
        <dd>{runs === 1 ? 'one of each figure' : `${runs} of each figure, in turns; the median is shown`}</dd>
        <dt>Time</dt>
        <dd>
          {software
            ? 'several minutes: this adapter computes on the CPU, so a small set is measured, and only ratios mean anything'
            : 'under two minutes on a laptop’s GPU with the standard set'}
        </dd>
      </dl>
    </>
  );
}
