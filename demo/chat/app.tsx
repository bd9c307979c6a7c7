import type { JSX } from 'preact';
import { Announcer } from './announcer.tsx';
import { Composer } from './composer.tsx';
import { ConversationView } from './conversation-view.tsx';
import { DropZone } from './drop-zone.tsx';
import { Header } from './header.tsx';
import { ModelDialog } from './model-dialog.tsx';
import { SettingsPanel } from './settings-panel.tsx';

/** The whole page: bar, conversation, composer, and what opens beside or above them. */
export function App(): JSX.Element {
  return (
    <div class="page">
      <Header />
      <ConversationView />
      <Composer />
      <SettingsPanel />
      <ModelDialog />
      <DropZone />
      <Announcer />
    </div>
  );
}
