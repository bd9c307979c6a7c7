import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import { loadMarkdown } from './answer-text.tsx';
import { Icon } from '../shared/icons.tsx';
import { ask, draft } from './state/chat-state.ts';
import { generating, stop } from './state/run-queue.ts';
import { engineState } from './state/engine-state.ts';
import { sendWhenReady, waiting } from './state/waiting-message.ts';

/** The message box. Enter sends, Shift+Enter makes a new line, Escape stops; send and stop share one place. */
export function Composer(): JSX.Element {
  const box = useRef<HTMLTextAreaElement>(null);
  const { phase } = engineState.value;
  const ready = phase === 'ready';
  const running = generating.value;

  useEffect(() => {
    if (!box.current) return;
    box.current.style.height = 'auto';
    box.current.style.height = `${box.current.scrollHeight}px`;
  }, [draft.value]);
  useEffect(() => {
    // On a phone, focus would open the keyboard over what has just appeared.
    const lost = document.activeElement === document.body || document.activeElement?.id === 'loading-title';
    if (ready && lost && matchMedia('(hover: hover)').matches) box.current?.focus();
  }, [ready]);
  useEffect(() => {
    const onEscape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || document.querySelector('dialog[open]')) return;
      waiting.value = false;
      stop();
    };
    addEventListener('keydown', onEscape);
    void loadMarkdown();
    return (): void => removeEventListener('keydown', onEscape);
  }, []);

  const send = (): void => {
    const question = draft.value.trim();
    if (question === '' || running) return;
    if (!ready) {
      sendWhenReady();
      return;
    }
    draft.value = '';
    void ask(question);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      class="composer"
      aria-label="Composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="composer-box">
        <label class="visually-hidden" for="message">
          Message
        </label>
        <textarea
          id="message"
          ref={box}
          rows={1}
          enterkeyhint="send"
          placeholder="Ask anything…"
          aria-describedby="composer-hint"
          value={draft.value}
          onInput={(event) => (draft.value = event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {running ? (
          <button key="stop" type="button" class="round stop" onClick={() => finish(stop, box.current)}>
            <Icon name="stop" />
            <span class="visually-hidden">Stop</span>
          </button>
        ) : (
          <button key="send" type="submit" class="round primary" disabled={!ready || draft.value.trim() === ''}>
            <Icon name="send" />
            <span class="visually-hidden">Send</span>
          </button>
        )}
      </div>
      <p id="composer-hint" class="hint">
        {hint(phase, running, waiting.value)}
      </p>
    </form>
  );
}

/** Stops, and puts focus where the visitor goes on: the stop button is about to vanish. */
function finish(action: () => void, next: HTMLElement | null): void {
  action();
  if (matchMedia('(hover: hover)').matches) next?.focus();
}

function hint(phase: string, running: boolean, waits: boolean): JSX.Element {
  if (running) {
    return (
      <>
        <kbd>Esc</kbd> stops the answer
      </>
    );
  }
  if (phase === 'unsupported') return <>Without a GPU there is nobody to answer.</>;
  if (waits) {
    return (
      <>
        Sent as soon as the model is ready; <kbd>Esc</kbd> keeps it here
      </>
    );
  }
  if (phase !== 'ready') return <>You can write already; sending waits for the model.</>;
  return (
    <>
      <kbd>Enter</kbd> sends, <kbd>Shift</kbd>+<kbd>Enter</kbd> makes a new line
    </>
  );
}
