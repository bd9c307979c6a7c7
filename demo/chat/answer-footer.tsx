import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { copyText } from '../shared/clipboard.ts';
import { Icon } from '../shared/icons.tsx';
import { figures } from './state/answer-figures.ts';
import { regenerate } from './state/chat-state.ts';
import { settings } from './state/page-settings.ts';
import type { Answer } from './state/turn.ts';

/** Under each answer: what it cost, and what can be done with it. */
export function AnswerFooter(props: {
  answer: Answer;
  canRegenerate: boolean;
  /** Opens the choice of what to compare it with; undefined while there is nothing to compare. */
  compare: { readonly open: boolean; readonly toggle: () => void } | undefined;
}): JSX.Element {
  const { answer, canRegenerate, compare } = props;
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    setCopied(await copyText(answer.text));
    setTimeout(() => setCopied(false), 1500);
  };
  const fixedSeed = settings.value.seed !== undefined;
  return (
    <footer class="answer-footer">
      <p class="figures">
        {figures(answer).map((figure) => (
          <span key={figure}>{figure}</span>
        ))}
      </p>
      {answer.state !== 'streaming' && (
        <div class="answer-actions">
          <button type="button" class="tool" disabled={answer.text === ''} onClick={() => void copy()}>
            <Icon name="copy" />
            <span>
              {copied ? 'Copied' : 'Copy'}
              <span class="visually-hidden"> answer</span>
            </span>
          </button>
          {canRegenerate && (
            <button
              type="button"
              class="tool"
              title={
                fixedSeed
                  ? 'The seed is fixed: the answer changes only when other settings do'
                  : 'Answer again, with a new seed'
              }
              onClick={() => void regenerate()}
            >
              <Icon name="again" />
              <span>Regenerate</span>
            </button>
          )}
          {compare && (
            <button
              type="button"
              class="tool"
              title="Answer the same question with and without a method"
              aria-expanded={compare.open}
              onClick={compare.toggle}
            >
              <Icon name="compare" />
              <span>Compare</span>
            </button>
          )}
        </div>
      )}
    </footer>
  );
}
