import type { JSX } from 'preact';
import { formatCount } from '../shared/format.ts';
import type { MemoryGrid } from './state/memory-grid.ts';
import { keepersOf } from './state/memory-readout.ts';
import type { ShownMemory } from './state/memory-state.ts';

/** How many tokens are shown on either side of the one that is pointed at. */
const NEIGHBOURS = 6;

/** The token that is pointed at: its text with its neighbours, its place, and who keeps it. */
export function MemoryReadout(props: {
  memory: ShownMemory;
  grid: MemoryGrid;
  row: number;
  column: number | undefined;
  opened: ReadonlySet<number>;
  toggle: (layer: number) => void;
}): JSX.Element {
  const { memory, grid, row, column, opened, toggle } = props;
  const { layer, head } = grid.rows[row]!;
  const isOpen = opened.has(layer);
  return (
    <div class="memory-readout">
      <div id="memory-readout" aria-live="polite">
        {column === undefined ? (
          <p class="quiet">Point at a column or at a word of the conversation, or move with the arrow keys.</p>
        ) : (
          <>
            {memory.words ? (
              <Excerpt texts={memory.texts} column={column} />
            ) : (
              <p class="quiet">Columns are places in the cache: this method numbers them anew at every cut.</p>
            )}
            <p>
              {memory.words ? 'Token' : 'Place'} {formatCount(column + 1)} of {formatCount(memory.columns)}
              {' · '}
              {keepersOf(memory.view, column, layer, head)}
            </p>
          </>
        )}
      </div>
      <button type="button" class="tool" aria-expanded={isOpen} onClick={() => toggle(layer)}>
        {isOpen ? `Close layer ${layer}` : `Open layer ${layer} to its heads`}
      </button>
    </div>
  );
}

function Excerpt({ texts, column }: { texts: readonly string[]; column: number }): JSX.Element {
  const from = Math.max(0, column - NEIGHBOURS);
  const shown = (text: string): string => text.replaceAll('\n', '⏎');
  return (
    <p class="excerpt">
      {from > 0 && '…'}
      {shown(texts.slice(from, column).join(''))}
      <mark>{shown(texts[column] ?? '') || '·'}</mark>
      {shown(texts.slice(column + 1, column + 1 + NEIGHBOURS).join(''))}
      {column + 1 + NEIGHBOURS < texts.length && '…'}
    </p>
  );
}
