import type { Signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { Dialog } from './dialog.tsx';
import { Icon } from './icons.tsx';
import { wide } from './wide.ts';

/** Settings of a page: beside its content where there is room, else in a sheet. */
export function SidePanel(props: {
  title: string;
  open: Signal<boolean>;
  /** Another width than that of settings. */
  kind?: string;
  children: ComponentChildren;
}): JSX.Element | null {
  const { title, open, children } = props;
  if (!wide.value) {
    return (
      <Dialog title={title} open={open}>
        {children}
      </Dialog>
    );
  }
  if (!open.value) return null;
  return (
    <aside class={`settings ${props.kind ?? ''}`} aria-label={title}>
      <div class="dialog-head">
        <h2>{title}</h2>
        <button type="button" class="tool icon-only" onClick={() => (open.value = false)}>
          <Icon name="close" />
          <span class="visually-hidden">Close {title.toLowerCase()}</span>
        </button>
      </div>
      {children}
    </aside>
  );
}

/** Settings that belong together, under a heading. */
export function Group(props: { title: string; note?: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="group" aria-label={props.title}>
      <h3>{props.title}</h3>
      {props.note && <p class="quiet">{props.note}</p>}
      {props.children}
    </section>
  );
}
