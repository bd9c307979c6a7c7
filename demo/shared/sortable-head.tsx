import type { JSX } from 'preact';
import type { Sorting } from './sorting.ts';

/** The heads of a table whose columns sort it; `change` is told of the key that was asked for. */
export function SortableHead<Key extends string>(props: {
  columns: readonly { readonly key: Key; readonly label: string }[];
  sorting: Sorting<Key> | undefined;
  change: (key: Key) => void;
}): JSX.Element {
  const { columns, sorting, change } = props;
  return (
    <thead role="rowgroup">
      <tr role="row">
        {columns.map(({ key, label }) => (
          <th
            key={key}
            role="columnheader"
            scope="col"
            aria-sort={sorting?.key === key ? (sorting.descending ? 'descending' : 'ascending') : 'none'}
          >
            <button type="button" class="tool" onClick={() => change(key)}>
              {label}
              <span aria-hidden="true">{sorting?.key === key ? (sorting.descending ? '▼' : '▲') : ''}</span>
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** One figure of a row; `label` is shown where the columns have no room and so no heads above them. */
export function FigureCell({ label, value }: { label: string; value: string | undefined }): JSX.Element {
  return (
    <td role="cell" class="figure">
      {value !== undefined && (
        <>
          <span class="figure-label" aria-hidden="true">
            {label}{' '}
          </span>
          {value}
        </>
      )}
    </td>
  );
}
