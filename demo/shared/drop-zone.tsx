import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';

/** Takes files that are dropped anywhere on the page; `hint` says which. */
export function DropZone(props: { hint: string; take: (files: readonly File[]) => void }): JSX.Element | null {
  const [over, setOver] = useState(false);
  const take = useRef(props.take);
  take.current = props.take;
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
      take.current([...(event.dataTransfer?.files ?? [])]);
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
  return over ? <div class="drop-zone">{props.hint}</div> : null;
}
