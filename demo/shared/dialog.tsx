import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import { Icon } from './icons.tsx';

/** A modal dialog; Escape, its close button and a click outside close it, and focus goes back to where it was. */
export function Dialog(props: { title: string; open: Signal<boolean>; children: ComponentChildren }): JSX.Element {
  const { open, title } = props;
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open.value) element.current?.showModal();
    else element.current?.close();
  }, [open.value]);
  return (
    <dialog
      ref={element}
      aria-label={title}
      onClose={() => (open.value = false)}
      onClick={(event) => event.target === element.current && (open.value = false)}
    >
      {open.value && (
        <div class="dialog-body">
          <div class="dialog-head">
            <h2>{title}</h2>
            <button type="button" class="tool icon-only" onClick={() => (open.value = false)}>
              <Icon name="close" />
              <span class="visually-hidden">Close</span>
            </button>
          </div>
          {props.children}
        </div>
      )}
    </dialog>
  );
}
