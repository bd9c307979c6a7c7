import type { JSX } from 'preact';
import { formatBytes, formatCount } from '../shared/format.ts';
import type { MemoryCounts } from './state/memory-counts.ts';

/** How much is kept: slots of tokens, and bytes of what all would take. */
export function MemoryCountsView({ counts }: { counts: MemoryCounts }): JSX.Element {
  const { slots, tokens, bytes, fullBytes } = counts;
  return (
    <p class="memory-counts">
      <span title="Slots of a head, on average over layers and heads, and tokens so far">
        cache {formatCount(slots)} / {formatCount(tokens)} slots
      </span>
      <span title="Bytes of the pages that hold them, and of those that all tokens would take">
        {formatBytes(bytes)}
        {bytes < fullBytes ? ` instead of ${formatBytes(fullBytes)}` : ''}
      </span>
    </p>
  );
}
