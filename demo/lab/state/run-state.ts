import { findSource } from '../../shared/model-source.ts';
import { model } from '../../shared/model-state.ts';
import { pageEnvironment } from '../../shared/page-environment.ts';
import { runOnce } from '../../shared/run-state.ts';
import { chosenGpu } from '../../shared/gpu-choice.ts';
import { evaluateInWorker } from './lab-client.ts';
import { chosen } from './page-settings.ts';
import { shown } from './results-state.ts';
import type { Shown } from './shown.ts';
import { chosenWork } from './chosen-work.ts';

/** Evaluates what the settings ask for. What is finished stays on the page, however the run ends. */
export async function run(): Promise<void> {
  const { model: name, ...rest } = chosen.value;
  const named = { local: model.value.kind === 'file', ...(name !== undefined && { model: name }) };
  const show = (record: Shown['record'], ended: Shown['ended']): void => {
    shown.value = { record, ended, ...named };
  };
  let begun = false;
  const ended = await runOnce('The evaluation', async (signal, onProgress) => {
    const source = await findSource(model.value, signal);
    const record = await evaluateInWorker({
      message: {
        type: 'start',
        model: source.model,
        adapter: chosenGpu(rest),
        work: chosenWork(),
        environment: pageEnvironment(),
      },
      signal,
      onProgress,
      onPartial: (partial) => {
        begun = true;
        show(partial, 'running');
      },
    });
    show(record, 'yes');
  });
  if (ended && begun && shown.value?.ended === 'running') shown.value = { ...shown.value, ended };
}
