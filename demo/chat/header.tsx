import type { JSX } from 'preact';
import { formatBytes } from '../shared/format.ts';
import { Icon } from '../shared/icons.tsx';
import { StatusLine } from './status-line.tsx';
import { newChat, turns } from './state/chat-state.ts';
import { engineState } from './state/engine-state.ts';
import { choiceBytes, choiceOf, choiceTitle } from '../shared/model-choice.ts';
import { settings } from './state/page-settings.ts';
import { memoryOpen, modelDialogOpen, settingsOpen } from './state/view-state.ts';
import { PageLinks } from '../shared/page-links.tsx';
import { ThemeButton } from '../shared/theme-controls.tsx';
import { wide } from '../shared/wide.ts';

export function Header(): JSX.Element {
  const state = engineState.value;
  const choice = 'choice' in state ? state.choice : choiceOf(settings.value.model);
  const bytes = choiceBytes(choice);
  return (
    <header class="header">
      <a class="skip-link" href="#message">
        Skip to the message box
      </a>
      <h1>Winnow</h1>
      <button type="button" class="model-button" aria-haspopup="dialog" onClick={() => (modelDialogOpen.value = true)}>
        <span class="visually-hidden">Model: </span>
        <span class="model-title">{choiceTitle(choice)}</span>
        {bytes !== undefined && <span class="quiet model-bytes">{formatBytes(bytes)}</span>}
        <Icon name="down" />
      </button>
      <StatusLine />
      <PageLinks here="Chat" />
      <div class="header-actions">
        <button type="button" class="tool" disabled={turns.value.length === 0} onClick={newChat}>
          <Icon name="plus" />
          <span>New chat</span>
        </button>
        <button
          type="button"
          class="tool"
          aria-expanded={memoryOpen.value}
          onClick={() => (memoryOpen.value = !memoryOpen.value)}
        >
          <Icon name="memory" />
          <span>Memory</span>
        </button>
        <button
          type="button"
          class="tool"
          aria-expanded={settingsOpen.value}
          onClick={() => (settingsOpen.value = !settingsOpen.value)}
        >
          <Icon name="settings" />
          <span>Settings</span>
        </button>
        {wide.value && <ThemeButton />}
      </div>
    </header>
  );
}
