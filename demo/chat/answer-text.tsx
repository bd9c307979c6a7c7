import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { copyText } from '../shared/clipboard.ts';

// Loaded after the first paint; until it is there, an answer is shown as plain text.
const markdown = signal<{ readonly renderBlocks: (text: string) => readonly string[] } | undefined>(undefined);
export async function loadMarkdown(): Promise<void> {
  markdown.value = await import('./markdown.ts');
}

/** The text of an answer as Markdown; code blocks have a copy button. */
export function AnswerText({ text, streaming }: { text: string; streaming: boolean }): JSX.Element {
  const blocks = markdown.value?.renderBlocks(text);
  return (
    <div class={streaming ? 'prose streaming' : 'prose'} onClick={copyCode}>
      {blocks ? (
        blocks.map((html, index) => <div key={index} class="block" dangerouslySetInnerHTML={{ __html: html }} />)
      ) : (
        <p class="plain">{text}</p>
      )}
    </div>
  );
}

/** One handler for all copy buttons inside the rendered Markdown. */
async function copyCode(event: MouseEvent): Promise<void> {
  const button = event.target instanceof Element ? event.target.closest('button.copy-code') : null;
  const code = button?.closest('.code')?.querySelector('code')?.textContent;
  if (!button || code === undefined || code === null) return;
  button.textContent = (await copyText(code)) ? 'Copied' : 'Not copied';
  setTimeout(() => (button.textContent = 'Copy code'), 1500);
}
