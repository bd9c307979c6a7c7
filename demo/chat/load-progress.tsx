import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import type { LoadStage } from 'winnow-llm';
import { formatBytes, formatTimeLeft } from './format.ts';
import { cancelLoad, type EngineState } from './state/engine-state.ts';
import { choiceTitle } from './state/model-choice.ts';

const STAGES: readonly { readonly stage: LoadStage; readonly label: string; readonly doing: string }[] = [
  { stage: 'download', label: 'Download', doing: 'Downloading' },
  { stage: 'check', label: 'Check', doing: 'Checking the file' },
  { stage: 'header', label: 'Header', doing: 'Reading the header' },
  { stage: 'tokenizer', label: 'Tokenizer', doing: 'Building the tokenizer' },
  { stage: 'upload', label: 'Upload', doing: 'Uploading weights to the GPU' },
  { stage: 'compile', label: 'Compile', doing: 'Compiling kernels' },
];

type Loading = Extract<EngineState, { phase: 'loading' }>;

/** Stage, bytes, speed and time left of a model that is being loaded. */
export function LoadProgressCard({ state }: { state: Loading }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The button that began this is gone; focus must not fall back to the top of the page.
    if (document.activeElement === document.body) heading.current?.focus();
  }, []);

  const { progress, from } = state;
  const current = STAGES.findIndex(({ stage }) => stage === progress?.stage);
  const known = progress !== undefined && progress.totalBytes > 0;
  return (
    <section class="card loading" aria-labelledby="loading-title">
      <h2 id="loading-title" tabIndex={-1} ref={heading}>
        Loading {choiceTitle(state.choice)}
      </h2>
      <p class="quiet">{from ? `From ${from}.` : 'Looking for the file…'}</p>
      <progress
        aria-label={STAGES[current]?.doing ?? 'Starting'}
        {...(known && { value: progress.loadedBytes, max: progress.totalBytes })}
      />
      <p class="figures">
        <span>{STAGES[current]?.doing ?? (progress?.stage === 'ready' ? 'Ready' : 'Starting the worker')}</span>
        {known && (
          <span>
            {formatBytes(progress.loadedBytes)} of {formatBytes(progress.totalBytes)}
          </span>
        )}
        {known && state.bytesPerSecond !== undefined && <span>{formatBytes(state.bytesPerSecond)}/s</span>}
        {known && state.millisecondsLeft !== undefined && <span>{formatTimeLeft(state.millisecondsLeft)}</span>}
      </p>
      <ol class="stages" aria-label="Stages">
        {STAGES.map(({ stage, label }, index) => (
          <li
            key={stage}
            class={index < current ? 'past' : ''}
            {...(index === current && { 'aria-current': 'step' as const })}
          >
            {label}
          </li>
        ))}
      </ol>
      <div class="buttons">
        <button type="button" onClick={cancelLoad}>
          Cancel
        </button>
        {state.choice.kind !== 'file' && <span class="quiet">Cancelling keeps what has arrived.</span>}
      </div>
    </section>
  );
}
