import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { Icon } from './icons.tsx';

/** Things to tell the visitor that stop nothing, such as parts of the address that were not taken. */
export const notices = signal<readonly string[]>([]);

/** Things worth saying that stop nothing. */
export function Notices(): JSX.Element | null {
  if (notices.value.length === 0) return null;
  return (
    <section class="card notice" role="alert" aria-label="Not taken">
      <ul>
        {notices.value.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <button type="button" class="tool icon-only" onClick={() => (notices.value = [])}>
        <Icon name="close" />
        <span class="visually-hidden">Dismiss</span>
      </button>
    </section>
  );
}
