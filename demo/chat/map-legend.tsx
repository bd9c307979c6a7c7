import type { JSX } from 'preact';
import { ATTENTION_DECADES, type Fill } from './state/memory-grid.ts';

/** What the colours of the map mean, and the choice of it where there is one. */
export function MapLegend(props: { fill: Fill; choose: ((fill: Fill) => void) | undefined }): JSX.Element {
  const { fill, choose } = props;
  return (
    <div class="map-legend">
      {choose ? (
        <label>
          Filled by{' '}
          <select
            value={fill}
            onChange={({ currentTarget }) => choose(currentTarget.value === 'age' ? 'age' : 'attention')}
          >
            <option value="attention">attention received</option>
            <option value="age">age</option>
          </select>
        </label>
      ) : (
        <span>Filled by age</span>
      )}
      <span class="scale-legend">
        {fill === 'age' ? 'oldest' : `≤ 1/${10 ** ATTENTION_DECADES}`}
        <span class="scale-bar" />
        {fill === 'age' ? 'newest' : 'most of its row'}
      </span>
      <span class="gone-legend">
        <span class="gone-cell" /> gone
      </span>
    </div>
  );
}
