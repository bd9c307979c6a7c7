import type { JSX } from 'preact';
import { formatCount, formatDuration } from '../shared/format.ts';
import { gpu } from '../shared/gpu-state.ts';
import { choiceTitle } from '../shared/model-choice.ts';
import { model } from '../shared/model-state.ts';
import { plannedRuns } from './state/method-state.ts';
import { chosen } from './state/page-settings.ts';
import { shown } from './state/results-state.ts';

/** How long it will take at the pace of the run that is shown, where this page did one. */
function lastTime(): string | undefined {
  const { record, file } = shown.value ?? {};
  if (record?.kind !== 'loss' || file !== undefined || record.runs.length === 0) return undefined;
  const pace = record.runs.reduce((sum, { msPerToken }) => sum + msPerToken, 0) / record.runs.length;
  const time = pace * chosen.value.decode * plannedRuns.value.length;
  return `about ${formatDuration(time)} at the pace of the last evaluation, and what loading and reading the text take`;
}

/** What the settings ask for, in words. */
export function Plan(): JSX.Element {
  const { task, prefill, decode, mass } = chosen.value;
  const runs = plannedRuns.value.length;
  const { lengths, depths } = chosen.value;
  const questions = lengths.length * depths.length * (task === 'two-turn' ? 2 : 1);
  return (
    <dl class="facts">
      <dt>Model</dt>
      <dd>{choiceTitle(model.value)}</dd>
      <dt>Task</dt>
      <dd>
        {task
          ? asked(chosen.value)
          : `continuation loss: ${formatCount(prefill)} tokens are read, the next ${formatCount(decode)} are fed one at a time and scored${mass ? '; how much attention falls on what is read is measured beside a copy of all keys' : ''}`}
      </dd>
      <dt>Runs</dt>
      <dd>
        dense attention, then {runs} {runs === 1 ? 'run' : 'runs'} of methods
        {task && `: ${formatCount((runs + 1) * questions)} questions in all`}
      </dd>
      <dt>Time</dt>
      <dd>{task ? taskTime((runs + 1) * questions) : lossTime(runs * decode)}</dd>
    </dl>
  );
}

/** A task in words. */
function asked({ task, lengths, depths, question }: typeof chosen.value): string {
  const when =
    task === 'two-turn'
      ? ''
      : `, ${question === 'after' ? 'in a turn after the cache is cut' : 'before the cache is cut'}`;
  return `${task}: contexts of ${lengths.map(formatCount).join(', ')} tokens, the fact at ${depths.length} ${depths.length === 1 ? 'depth' : 'depths'} of each${when}`;
}

const lossTime = (tokens: number): string =>
  lastTime() ??
  (gpu.value?.software
    ? 'this adapter computes on the CPU: with the short standard lengths a few minutes, and with longer ones or more methods in proportion more'
    : `${formatCount(tokens)} tokens are fed one at a time; the time left is shown once it runs`);

/** Each context is read twice: once for a reply, once for the answer's probability. */
function taskTime(questions: number): string {
  const { lengths } = chosen.value;
  const tokens = (2 * questions * lengths.reduce((sum, each) => sum + each, 0)) / lengths.length;
  return `${gpu.value?.software ? 'this adapter computes on the CPU, and takes minutes: ' : ''}each question is read twice, ${formatCount(tokens)} tokens in all; the time left is shown once it runs`;
}
