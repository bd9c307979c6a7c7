import { notices } from '../../shared/notices.tsx';
import { chooseModel } from './choose-model.ts';
import { engineState } from './engine-state.ts';

/** Loads a model file that was dropped on the page, or says which file was expected. */
export function takeDropped(files: readonly File[]): void {
  const [file] = files;
  if (engineState.value.phase === 'unsupported' || !file) return;
  if (files.length > 1 || !file.name.toLowerCase().endsWith('.gguf')) {
    notices.value = [
      `One .gguf file was expected, but ${files.length > 1 ? `${files.length} files were` : `“${file.name}” was`} dropped.`,
    ];
    return;
  }
  chooseModel({ kind: 'file', file });
}
