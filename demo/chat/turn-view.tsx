import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { AnswerText } from './answer-text.tsx';
import { AnswerFooter } from './answer-footer.tsx';
import { ComparisonForm } from './comparison-form.tsx';
import { ComparisonView } from './comparison-view.tsx';
import { ProblemNotice } from '../shared/problem-notice.tsx';
import { editLast, regenerate } from './state/chat-state.ts';
import { generating } from './state/run-queue.ts';
import { engineState } from './state/engine-state.ts';
import type { Turn } from './state/turn.ts';

/** One question with its answer. */
export function TurnView({ turn, last }: { turn: Turn; last: boolean }): JSX.Element {
  const answer = turn.answer.value;
  const { state, text, problem } = answer;
  const running = state === 'waiting' || state === 'streaming';
  const [comparing, setComparing] = useState(false);
  const idle = !generating.value && engineState.value.phase === 'ready';
  // Without a template every prompt stands alone, and there is no chat to repeat.
  const canCompare = idle && !running && hasTemplate();
  const compare = { open: comparing, toggle: (): void => setComparing(!comparing) };
  return (
    <>
      <article class="question" aria-label="You">
        <p>{turn.question}</p>
      </article>
      <article class="answer" aria-label="Answer" aria-busy={running}>
        {state === 'waiting' && <p class="quiet">Reading the prompt…</p>}
        {text !== '' && <AnswerText text={text} streaming={state === 'streaming'} />}
        {!running && text === '' && !problem && <p class="quiet">No answer.</p>}
        {problem && !(last && engineState.value.phase === 'lost') && (
          <ProblemNotice title="The answer failed" problem={problem}>
            {last && idle && (
              <>
                <button type="button" class="primary" onClick={() => void regenerate()}>
                  Try again
                </button>
                <button type="button" onClick={editLast}>
                  Change the question
                </button>
              </>
            )}
          </ProblemNotice>
        )}
        {state !== 'waiting' && !problem && (
          <AnswerFooter answer={answer} canRegenerate={last && idle} compare={canCompare ? compare : undefined} />
        )}
      </article>
      {comparing && canCompare && <ComparisonForm turn={turn} close={() => setComparing(false)} />}
      <ComparisonView turn={turn} />
    </>
  );
}

const hasTemplate = (): boolean =>
  engineState.value.phase === 'ready' && engineState.value.engine.model.hasChatTemplate;
