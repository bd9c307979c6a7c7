import { load } from './engine-state.ts';
import { defaultModel } from './manifest.ts';
import type { ModelChoice } from './model-choice.ts';
import { changeSettings } from './page-settings.ts';
import { modelDialogOpen } from './view-state.ts';

/** Loads the model and notes it in the address; a local file cannot be linked to. */
export function chooseModel(choice: ModelChoice): void {
  modelDialogOpen.value = false;
  const name = choice.kind === 'known' ? choice.model.name : choice.kind === 'address' ? choice.url : undefined;
  changeSettings({ model: name === defaultModel.name ? undefined : name });
  void load(choice);
}
