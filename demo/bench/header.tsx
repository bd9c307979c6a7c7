import type { JSX } from 'preact';
import { formatBytes } from '../shared/format.ts';
import { Icon } from '../shared/icons.tsx';
import { choiceBytes, choiceTitle } from '../shared/model-choice.ts';
import { PageLinks } from '../shared/page-links.tsx';
import { ThemeButton } from '../shared/theme-controls.tsx';
import { wide } from '../shared/wide.ts';
import { gpu, model, runState } from './state/run-state.ts';
import { modelDialogOpen, settingsOpen } from './state/view-state.ts';

export function Header(): JSX.Element {
  const bytes = choiceBytes(model.value);
  const { phase } = runState.value;
  return (
    <header class="header">
      <a class="skip-link" href="#bench">
        Skip to the benchmark
      </a>
      <h1>Winnow</h1>
      <button
        type="button"
        class="model-button"
        aria-haspopup="dialog"
        disabled={phase === 'running'}
        onClick={() => (modelDialogOpen.value = true)}
      >
        <span class="visually-hidden">Model: </span>
        <span class="model-title">{choiceTitle(model.value)}</span>
        {bytes !== undefined && <span class="quiet model-bytes">{formatBytes(bytes)}</span>}
        <Icon name="down" />
      </button>
      <p class="status-line" aria-label="GPU">
        <span>{phase === 'unsupported' ? 'no GPU within reach' : (gpu.value?.name ?? 'looking for a GPU…')}</span>
      </p>
      <PageLinks here="Bench" />
      <div class="header-actions">
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
