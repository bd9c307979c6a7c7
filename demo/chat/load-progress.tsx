import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import { formatBytes, formatTimeLeft } from '../shared/format.ts';
import { doingOf, LOAD_STAGES } from '../shared/load-stages.ts';
import { cancelLoad, type EngineState } from './state/engine-state.ts';
import { choiceTitle } from '../shared/model-choice.ts';

type Loading = Extract<EngineState, { phase: 'loading' }>;

/** Stage, bytes, speed and time left of a model that is being loaded. */
export function LoadProgressCard({ state }: { state: Loading }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The button that began this is gone; focus must not fall back to the top of the page.
    if (document.activeElement === document.body) heading.current?.focus();
  }, []);

  const { progress, from } = state;
  const current = LOAD_STAGES.findIndex(({ stage }) => stage === progress?.stage);
  const known = progress !== undefined && progress.totalBytes > 0;
  return (
    <section class="card loading" aria-labelledby="loading-title">
      <h2 id="loading-title" tabIndex={-1} ref={heading}>
        Loading {choiceTitle(state.choice)}
      </h2>
      <p class="quiet">{from ? `From ${from}.` : 'Looking for the file…'}</p>
      <progress
        aria-label={doingOf(progress?.stage) ?? 'Starting'}
        {...(known && { value: progress.loadedBytes, max: progress.totalBytes })}
      />
      <p class="figures">
        <span>{doingOf(progress?.stage) ?? (progress?.stage === 'ready' ? 'Ready' : 'Starting the worker')}</span>
        {known && (
          <span>
            {formatBytes(progress.loadedBytes)} of {formatBytes(progress.totalBytes)}
          </span>
        )}
        {known && state.bytesPerSecond !== undefined && <span>{formatBytes(state.bytesPerSecond)}/s</span>}
        {known && state.millisecondsLeft !== undefined && <span>{formatTimeLeft(state.millisecondsLeft)}</span>}
      </p>
      <ol class="stages" aria-label="Stages">
        {LOAD_STAGES.map(({ stage, label }, index) => (
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
