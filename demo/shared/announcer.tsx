import { signal } from '@preact/signals';
import type { JSX } from 'preact';

const message = signal('');

/** Says something once to a screen reader, when it is next idle. */
export function announce(text: string): void {
  message.value = text === message.value ? `${text}\u00a0` : text; // the same words again are said again
}

export function Announcer(): JSX.Element {
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      {message}
    </div>
  );
}
