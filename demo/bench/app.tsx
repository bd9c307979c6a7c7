import type { JSX } from 'preact';
import { Announcer } from '../shared/announcer.tsx';
import { DropZone } from '../shared/drop-zone.tsx';
import { ModelDialog } from '../shared/model-dialog.tsx';
import { choiceName, type ModelChoice } from '../shared/model-choice.ts';
import { chooseModel } from '../shared/model-state.ts';
import { Notices } from '../shared/notices.tsx';
import { FileProblem } from '../shared/file-problem.tsx';
import { RunHeader } from '../shared/run-header.tsx';
import { ComparisonView } from './comparison-view.tsx';
import { ResultView } from './result-view.tsx';
import { RunCard } from './run-card.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { changeSettings, settings } from './state/page-settings.ts';
import { fileProblem, openFiles } from './state/results-state.ts';
import { modelDialogOpen, settingsOpen } from './state/view-state.ts';

/** The whole page: bar, what can be started, and what was measured. */
export function App(): JSX.Element {
  return (
    <div class="run-page">
      <RunHeader here="Bench" main="bench" skip="Skip to the benchmark" {...{ modelDialogOpen, settingsOpen }} />
      <main class="run-main" id="bench" tabIndex={-1} aria-label="Benchmark">
        <Notices />
        <RunCard />
        <FileProblem title="This is not a saved run" problem={fileProblem} />
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
