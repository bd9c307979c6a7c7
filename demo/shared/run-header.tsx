import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { formatBytes } from './format.ts';
import { gpu } from './gpu-state.ts';
import { Icon } from './icons.tsx';
import { choiceBytes, choiceTitle } from './model-choice.ts';
import { model } from './model-state.ts';
import { PageLinks, type PageName } from './page-links.tsx';
import { runState } from './run-state.ts';
import { ThemeButton } from './theme-controls.tsx';
import { wide } from './wide.ts';

/** The bar of a page that measures: model, GPU, pages, settings. */
export function RunHeader(props: {
  here: PageName;
  /** The id of the page's main part, and how a link to it calls it. */
  main: string;
  skip: string;
  modelDialogOpen: Signal<boolean>;
  settingsOpen: Signal<boolean>;
}): JSX.Element {
  const { modelDialogOpen, settingsOpen } = props;
  const bytes = choiceBytes(model.value);
  const { phase } = runState.value;
  return (
    <header class="header">
      <a class="skip-link" href={`#${props.main}`}>
        {props.skip}
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
      <PageLinks here={props.here} />
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
