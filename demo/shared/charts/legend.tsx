import type { ComponentChildren, JSX } from 'preact';

export interface LegendItem {
  readonly name: ComponentChildren;
  readonly key: string;
  /** As CSS; absent for what is drawn in the colour of text. */
  readonly colour?: string;
  readonly shape: 'dot' | 'ring' | 'block' | 'frame';
}

/** What the colours and shapes of a chart mean. */
export function Legend({ items, label }: { items: readonly LegendItem[]; label: string }): JSX.Element {
  return (
    <ul class="legend" aria-label={label}>
      {items.map(({ key, name, colour, shape }) => (
        <li key={key}>
          <svg
            class={`swatch ${shape}`}
            viewBox="0 0 12 12"
            aria-hidden="true"
            style={{ color: colour ?? 'var(--text-quiet)' }}
          >
            {shape === 'block' && <rect width="12" height="12" rx="2" />}
            {shape === 'frame' && <rect x="1" y="1" width="10" height="10" rx="1" />}
            {(shape === 'dot' || shape === 'ring') && <circle cx="6" cy="6" r="4.5" />}
          </svg>
          <span>{name}</span>
        </li>
      ))}
    </ul>
  );
}
