import type { JSX } from 'preact';
import { ProblemNotice } from '../shared/problem-notice.tsx';
import { figures } from './state/answer-figures.ts';
import { AnswerText } from './answer-text.tsx';
import { MemoryCountsView } from './memory-counts-view.tsx';
import type { Side } from './state/turn.ts';
import { describeMethods } from './state/method-settings.ts';
import { generating } from './state/run-queue.ts';
import type { Turn } from './state/turn.ts';

/** The same question answered twice, side by side, each with its speed and memory. */
export function ComparisonView({ turn }: { turn: Turn }): JSX.Element | null {
  const sides = turn.comparison.value;
  if (!sides) return null;
  return (
    <section class="comparison" aria-label="Comparison">
      <div class="sides">
        {sides.map((side, index) => (
          <SideView key={index} side={side} waits={index > 0 && isRunning(sides[0])} />
        ))}
      </div>
      {!generating.value && (
        <div class="buttons">
          <button type="button" class="tool" onClick={() => (turn.comparison.value = undefined)}>
            Remove the comparison
          </button>
        </div>
      )}
    </section>
  );
}

const isRunning = ({ answer }: Side): boolean => ['waiting', 'streaming'].includes(answer.value.state);

function SideView({ side, waits }: { side: Side; waits: boolean }): JSX.Element {
  const answer = side.answer.value;
  const { state, text, problem } = answer;
  const { methods: _shownAbove, ...rest } = answer;
  const title = describeMethods(side.methods);
  const running = isRunning(side);
  return (
    <article class="side" aria-label={`Answer with ${title}`} aria-busy={running}>
      <h3>{title}</h3>
      {state === 'waiting' && <p class="quiet">{waits ? 'Waits for the other answer…' : 'Reading the prompt…'}</p>}
      {text !== '' && <AnswerText text={text} streaming={state === 'streaming'} />}
      {!running && text === '' && !problem && <p class="quiet">No answer.</p>}
      {problem && <ProblemNotice title="The answer failed" problem={problem} />}
      {state !== 'waiting' && !problem && (
        <p class="figures">
          {figures(rest).map((figure) => (
            <span key={figure}>{figure}</span>
          ))}
        </p>
      )}
      {side.memory.value && <MemoryCountsView counts={side.memory.value} />}
    </article>
  );
}
