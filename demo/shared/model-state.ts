import { signal } from '@preact/signals';
import { keptFile } from './kept-models.ts';
import { choiceBytes, choiceOf, type ModelChoice } from './model-choice.ts';

/** The model to run: what the address names, or a file of this device, which no address can hold. */
export const model = signal<ModelChoice>(choiceOf(undefined));

/** Bytes of the model that this browser keeps already; undefined until that is known. */
export const kept = signal<{ readonly bytes: number; readonly complete: boolean } | undefined>(undefined);

/** Takes another model for the next run. */
export async function chooseModel(choice: ModelChoice): Promise<void> {
  model.value = choice;
  kept.value = undefined;
  await lookForKept();
}

/** Looks what this browser keeps of the model. */
export async function lookForKept(): Promise<void> {
  const choice = model.value;
  const file = await keptFile(choice).catch(() => undefined); // storage that cannot be read keeps nothing
  if (choice === model.value) kept.value = file ?? { bytes: 0, complete: false };
}

/** Bytes that a run would fetch from the network. */
export function downloadBytes(): number {
  if (model.value.kind === 'file' || kept.value?.complete) return 0;
  return (choiceBytes(model.value) ?? 0) - (kept.value?.bytes ?? 0);
}
