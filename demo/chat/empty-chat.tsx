import type { JSX } from 'preact';
import { draft } from './state/chat-state.ts';
import { engineState } from './state/engine-state.ts';
import { choiceTitle } from '../shared/model-choice.ts';

const SUGGESTIONS = [
  'Explain in three sentences why the sky is blue.',
  'Write a Python function that reverses the words of a sentence.',
  'Give me five names for a small grey cat.',
];

/** An empty conversation: what to expect, and something to begin with. */
export function EmptyChat(): JSX.Element | null {
  const state = engineState.value;
  if (state.phase !== 'ready') return null;
  const take = (text: string): void => {
    draft.value = text;
    document.getElementById('message')?.focus();
  };
  return (
    <section class="empty" aria-labelledby="empty-title">
      <h2 id="empty-title">{choiceTitle(state.choice)} is ready</h2>
      <p class="quiet">
        {state.engine.model.hasChatTemplate
          ? 'Ask something. Small models make things up: check what matters.'
          : 'This file has no chat template: each message is continued as plain text, on its own.'}
      </p>
      <ul class="suggestions" aria-label="Suggestions">
        {SUGGESTIONS.map((text) => (
          <li key={text}>
            <button type="button" onClick={() => take(text)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
