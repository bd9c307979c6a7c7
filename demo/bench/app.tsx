import type { JSX } from 'preact';
import { Announcer } from '../shared/announcer.tsx';
import { DropZone } from '../shared/drop-zone.tsx';
import { ModelDialog } from '../shared/model-dialog.tsx';
import { choiceName, type ModelChoice } from '../shared/model-choice.ts';
import { Notices } from '../shared/notices.tsx';
import { ComparisonView } from './comparison-view.tsx';
import { FileProblem } from './file-problem.tsx';
import { Header } from './header.tsx';
import { ResultView } from './result-view.tsx';
import { RunCard } from './run-card.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { changeSettings, settings } from './state/page-settings.ts';
import { openFiles } from './state/results-state.ts';
import { chooseModel } from './state/run-state.ts';
import { modelDialogOpen } from './state/view-state.ts';

/** The whole page: bar, what can be started, and what was measured. */
export function App(): JSX.Element {
  return (
    <div class="bench-page">
      <Header />
      <main class="bench" id="bench" tabIndex={-1} aria-label="Benchmark">
        <Notices />
        <RunCard />
        <FileProblem />
        <ComparisonView />
        <ResultView />
      </main>
      <SettingsPanel />
      <ModelDialog open={modelDialogOpen} address={settings.value.model ?? ''} choose={takeModel} />
      <DropZone hint="Drop saved runs (.json) or a model (.gguf)" take={takeFiles} />
      <Announcer />
    </div>
  );
}

function takeModel(choice: ModelChoice): void {
  modelDialogOpen.value = false;
  changeSettings({ model: choiceName(choice) });
  void chooseModel(choice);
}

function takeFiles(files: readonly File[]): void {
  const [file] = files;
  if (file && files.length === 1 && file.name.toLowerCase().endsWith('.gguf')) takeModel({ kind: 'file', file });
  else void openFiles(files);
}
