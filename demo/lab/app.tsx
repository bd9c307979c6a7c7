import type { JSX } from 'preact';
import { Announcer } from '../shared/announcer.tsx';
import { DropZone } from '../shared/drop-zone.tsx';
import { FileProblem } from '../shared/file-problem.tsx';
import { choiceName, type ModelChoice } from '../shared/model-choice.ts';
import { ModelDialog } from '../shared/model-dialog.tsx';
import { chooseModel } from '../shared/model-state.ts';
import { Notices } from '../shared/notices.tsx';
import { RunHeader } from '../shared/run-header.tsx';
import { ResultView } from './result-view.tsx';
import { RunCard } from './run-card.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { changeSettings, settings } from './state/page-settings.ts';
import { fileProblem, openRecord } from './state/results-state.ts';
import { openText } from './state/text-state.ts';
import { modelDialogOpen, settingsOpen } from './state/view-state.ts';

/** The whole page: bar, what is to be evaluated, and what came of it. */
export function App(): JSX.Element {
  return (
    <div class="run-page">
      <RunHeader here="Lab" main="lab" skip="Skip to the lab" {...{ modelDialogOpen, settingsOpen }} />
      <main class="run-main" id="lab" tabIndex={-1} aria-label="Lab">
        <Notices />
        <RunCard />
        <FileProblem title="This file was not taken" problem={fileProblem} />
        <ResultView />
      </main>
      <SettingsPanel />
      <ModelDialog open={modelDialogOpen} address={settings.value.model ?? ''} choose={takeModel} />
      <DropZone hint="Drop a text, a saved evaluation (.json) or a model (.gguf)" take={takeFiles} />
      <Announcer />
    </div>
  );
}

function takeModel(choice: ModelChoice): void {
  modelDialogOpen.value = false;
  changeSettings({ model: choiceName(choice) });
  void chooseModel(choice);
}

function takeFiles([file]: readonly File[]): void {
  const name = file?.name.toLowerCase() ?? '';
  if (!file) return;
  if (name.endsWith('.gguf')) takeModel({ kind: 'file', file });
  else if (name.endsWith('.json')) void openRecord(file);
  else void openText(file);
}
