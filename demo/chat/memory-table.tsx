import type { JSX } from 'preact';
import type { MemoryView } from 'winnow-llm';
import { formatCount } from '../shared/format.ts';

/** The map in words and figures, for who cannot see it. */
export function MemoryTable({ view }: { view: MemoryView }): JSX.Element {
  const { tokens, layers } = view;
  return (
    <details class="memory-table">
      <summary>Layer by layer</summary>
      <table class="figure-table">
        <thead>
          <tr>
            <th scope="col">layer</th>
            <th scope="col">slots of its heads</th>
            <th scope="col">kept</th>
          </tr>
        </thead>
        <tbody>
          {layers.map((heads, layer) => {
            const slots = heads.reduce((sum, { positions }) => sum + positions.length, 0);
            return (
              <tr key={layer}>
                <th scope="row">{layer}</th>
                <td>{heads.map(({ positions }) => formatCount(positions.length)).join(' · ')}</td>
                <td>{Math.round((100 * slots) / Math.max(1, tokens * heads.length))} %</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </details>
  );
}
