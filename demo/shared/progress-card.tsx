import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { formatBytes, formatCount, formatTimeLeft } from './format.ts';
import { doingOf } from './load-stages.ts';
import { ProgressEstimate } from './progress-estimate.ts';
import type { Progress } from './progress.ts';
import { stop, type RunState } from './run-state.ts';

/** Stage, step and time left of a run. */
export function ProgressCard(props: {
  state: Extract<RunState, { phase: 'running' }>;
  /** The stages that this run has, in their order. */
  stages: readonly { readonly stage: string; readonly label: string }[];
  /** A stage's amount in words, where it is not a plain count. */
  amount?: (progress: Progress) => string | undefined;
}): JSX.Element {
  const { stages } = props;
  const { progress, stopping } = props.state;
  const heading = useRef<HTMLHeadingElement>(null);
  const estimate = useRef(new ProgressEstimate());
  const [now, setNow] = useState(performance.now());
  useEffect(() => {
    // The button that began this is gone; focus must not fall back to the top of the page.
    if (document.activeElement === document.body) heading.current?.focus();
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return (): void => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (progress) estimate.current.add(progress, performance.now());
  }, [progress]);

  const current = stages.findIndex(({ stage }) => stage === progress?.stage);
  const left = estimate.current.millisecondsLeft(now);
  const known = progress !== undefined && progress.total > 0;
  return (
    <section class="card loading" aria-labelledby="running-title">
      <h2 id="running-title" tabIndex={-1} ref={heading}>
        Measuring
      </h2>
      <p>{stopping ? 'Stopping…' : progress ? inWords(progress) : 'Starting the worker…'}</p>
      <progress
        aria-label={stages[current]?.label ?? 'Starting'}
        {...(known && { value: progress.done, max: progress.total })}
      />
      <p class="figures">
        <span>
          Stage {Math.max(current, 0) + 1} of {stages.length}
        </span>
        {known && <span>{props.amount?.(progress) ?? amountOf(progress)}</span>}
        {left !== undefined && <span>{formatTimeLeft(left)} in this stage</span>}
      </p>
      <ol class="stages" aria-label="Stages">
        {stages.map(({ stage, label }, index) => (
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
        <button type="button" disabled={stopping} onClick={stop}>
          Stop
        </button>
        <span class="quiet">What is finished stays. Other work on this device makes the figures worse.</span>
      </div>
    </section>
  );
}

function amountOf({ stage, done, total }: Progress): string {
  const format = stage === 'load' && total > 1e4 ? formatBytes : formatCount;
  return `${format(done)} of ${format(total)}`;
}

/** While the model loads, a step goes by the name of the engine's own stage. */
function inWords({ stage, label }: Progress): string {
  if (stage !== 'load') return label;
  if (label === 'ready') return 'The first token';
  return doingOf(label) ?? label;
}
