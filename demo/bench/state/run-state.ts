import { chosenGpu } from '../../shared/gpu-choice.ts';
import { findSource } from '../../shared/model-source.ts';
import { model } from '../../shared/model-state.ts';
import { runOnce } from '../../shared/run-state.ts';
import { pageEnvironment } from '../../shared/page-environment.ts';
import { chosenSettings, PARTS } from './bench-spec.ts';
import { measureInWorker } from './bench-client.ts';
import { settings } from './page-settings.ts';
import { showRun, shown } from './results-state.ts';

/** Measures what the settings ask for. What is finished stays on the page, however the run ends. */
export async function run(): Promise<void> {
  let begun = false;
  const ended = await runOnce('The benchmark', async (signal, onProgress) => {
    const { parts = PARTS } = settings.value;
    const source = parts.includes('model') ? await findSource(model.value, signal) : undefined;
    const result = await measureInWorker({
      message: {
        type: 'start',
        settings: chosenSettings(settings.value),
        adapter: chosenGpu(settings.value),
        environment: pageEnvironment(),
        ...(source && { model: source.model }),
      },
      signal,
      onProgress,
      onPartial: (partial) => {
        begun = true;
        showRun(partial, 'running');
      },
    });
    showRun(result, 'yes');
  });
  if (ended && begun && shown.value?.ended === 'running') shown.value = { ...shown.value, ended };
}
