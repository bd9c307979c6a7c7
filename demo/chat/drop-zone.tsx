import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { chooseModel } from './state/choose-model.ts';
import { engineState } from './state/engine-state.ts';
import { notices } from './state/view-state.ts';

/** Takes a model file that is dropped anywhere on the page. */
export function DropZone(): JSX.Element | null {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const onDrag = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false); // has left the window, not just one element for another
    };
    const onDrop = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(false);
      takeFiles([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener('dragover', onDrag);
    addEventListener('dragleave', onLeave);
    addEventListener('drop', onDrop);
    return (): void => {
      removeEventListener('dragover', onDrag);
      removeEventListener('dragleave', onLeave);
      removeEventListener('drop', onDrop);
    };
  }, []);
  return over ? <div class="drop-zone">Drop a .gguf file to load it</div> : null;
}

function takeFiles(files: readonly File[]): void {
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
