import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { BenchProgress } from 'winnow-llm/bench';
import { formatBytes, formatCount, formatTimeLeft } from '../shared/format.ts';
import { LOAD_STAGES } from '../shared/load-stages.ts';
import { ProgressEstimate } from './data/progress-estimate.ts';
import { defaultsFor, type Part } from './state/bench-spec.ts';
import { settings } from './state/page-settings.ts';
import { gpu, stop, type RunState } from './state/run-state.ts';

type Stage = BenchProgress['stage'];
const STAGES: readonly { readonly stage: Stage; readonly label: string; readonly part?: Part }[] = [
  { stage: 'load', label: 'Load the model', part: 'model' },
  { stage: 'model', label: 'Model', part: 'model' },
  { stage: 'roofs', label: 'Roofs' },
  { stage: 'kernels', label: 'Kernels', part: 'kernels' },
];

/** Stage, step and time left of a run. */
export function ProgressCard({ state }: { state: Extract<RunState, { phase: 'running' }> }): JSX.Element {
  const { progress, stopping } = state;
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

  const { parts } = { ...defaultsFor(gpu.value?.software ?? false), ...settings.value };
  const stages = STAGES.filter(({ part }) => part === undefined || parts.includes(part));
  const current = stages.findIndex(({ stage }) => stage === progress?.stage);
  const left = estimate.current.millisecondsLeft(now);
  const known = progress !== undefined && progress.total > 0;
  const inBytes = progress?.stage === 'load' && progress.total > 1e4;
  const amount = (value: number): string => (inBytes ? formatBytes(value) : formatCount(value));
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
        {known && (
          <span>
            {amount(progress.done)} of {amount(progress.total)}
          </span>
        )}
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

/** While the model loads, a step goes by the name of the engine's own stage. */
function inWords({ stage, label }: BenchProgress): string {
  if (stage !== 'load') return label;
  if (label === 'ready') return 'The first token';
  return LOAD_STAGES.find((each) => each.stage === label)?.doing ?? label;
}
