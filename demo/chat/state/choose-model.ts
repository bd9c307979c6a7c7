import { load } from './engine-state.ts';
import { choiceName, type ModelChoice } from '../../shared/model-choice.ts';
import { changeSettings } from './page-settings.ts';
import { modelDialogOpen } from './view-state.ts';

/** Loads the model and notes it in the address; a local file cannot be linked to. */
export function chooseModel(choice: ModelChoice): void {
  modelDialogOpen.value = false;
  changeSettings({ model: choiceName(choice) });
  void load(choice);
}
