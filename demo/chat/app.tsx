import type { JSX } from 'preact';
import { Announcer } from '../shared/announcer.tsx';
import { Composer } from './composer.tsx';
import { ConversationView } from './conversation-view.tsx';
import { DropZone } from '../shared/drop-zone.tsx';
import { Header } from './header.tsx';
import { MemoryPanel } from './memory-panel.tsx';
import { ModelDialog } from '../shared/model-dialog.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { chooseModel } from './state/choose-model.ts';
import { settings } from './state/page-settings.ts';
import { takeDropped } from './state/take-dropped.ts';
import { modelDialogOpen } from './state/view-state.ts';

/** The whole page: bar, conversation, composer, and what opens beside or above them. */
export function App(): JSX.Element {
  return (
    <div class="page">
      <Header />
      <ConversationView />
      <Composer />
      <MemoryPanel />
      <SettingsPanel />
      <ModelDialog open={modelDialogOpen} address={settings.value.model ?? ''} choose={chooseModel} />
      <DropZone hint="Drop a .gguf file to load it" take={takeDropped} />
      <Announcer />
    </div>
  );
}
