import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { formatBytes, formatCount } from '../shared/format.ts';
import { FigureCell, SortableHead } from '../shared/sortable-head.tsx';
import type { Sorting } from '../shared/sorting.ts';
import { formatNats, TIME_WORDS } from './data/measures.ts';
import { sortRows } from './data/sort-rows.ts';
import type { Answered, TaskSummary } from 'winnow-llm/eval/records';

type FigureKey = 'tokens' | 'question' | 'solved' | 'solvedLog' | 'all' | 'allLog' | 'held' | 'time';
type SortKey = FigureKey | 'setting';

const share = ({ right, of }: Answered): number => (of === 0 ? -1 : right / of);
const VALUES: Readonly<Record<FigureKey, (row: TaskSummary) => number>> = {
  tokens: ({ tokens }) => tokens,
  question: ({ question }) => (question === 'before' ? 0 : 1),
  solved: ({ solved }) => share(solved),
  solvedLog: ({ solved }) => solved.logProb ?? -Infinity,
  all: ({ all }) => share(all),
  allLog: ({ all }) => all.logProb ?? -Infinity,
  held: ({ kvBytesHeld }) => kvBytesHeld ?? -1,
  time: ({ msPerToken }) => msPerToken ?? -1,
};

const rightOf = ({ right, of }: Answered): string | undefined =>
  of === 0 ? undefined : `${formatCount(right)} of ${formatCount(of)}`;
const logOf = ({ logProb }: Answered): string | undefined =>
  logProb === undefined ? undefined : formatNats(logProb, 3);
const COLUMNS: readonly {
  readonly key: FigureKey;
  readonly label: string;
  readonly value: (row: TaskSummary) => string | undefined;
}[] = [
  { key: 'tokens', label: 'Tokens', value: ({ tokens }) => formatCount(tokens) },
  { key: 'question', label: 'Question', value: ({ question }) => question },
  { key: 'solved', label: 'Right where dense is', value: ({ solved }) => rightOf(solved) },
  { key: 'solvedLog', label: 'Log-prob. there', value: ({ solved }) => logOf(solved) },
  { key: 'all', label: 'Right of all', value: ({ all }) => rightOf(all) },
  { key: 'allLog', label: 'Log-prob. of all', value: ({ all }) => logOf(all) },
  {
    key: 'held',
    label: 'Held',
    value: ({ kvBytesHeld }) => (kvBytesHeld === undefined ? undefined : formatBytes(kvBytesHeld)),
  },
  {
    key: 'time',
    label: 'Time',
    value: ({ msPerToken }) => (msPerToken === undefined ? undefined : TIME_WORDS.format(msPerToken)),
  },
];

/** How many answers of each setting were right, and how likely they were: dense attention first. */
export function TaskTable(props: { summaries: readonly TaskSummary[]; caption: string }): JSX.Element {
  const { summaries: rows, caption } = props;
  const [sorting, setSorting] = useState<Sorting<SortKey>>();
  // The caption says what all have in common.
  const columns = COLUMNS.filter(
    ({ key }) => (key !== 'tokens' && key !== 'question') || new Set(rows.map((row) => row[key])).size > 1,
  );
  const sort = (key: SortKey): void =>
    setSorting({ key, descending: key === sorting?.key ? !sorting.descending : key !== 'setting' && key !== 'tokens' });
  const dense = rows.filter(({ setting }) => setting === 'dense');
  const methods = rows.filter(({ setting }) => setting !== 'dense');
  const nothing = dense.every(({ solved }) => solved.of === 0);
  return (
    <section class="card figures-card" aria-labelledby="answers-title">
      <h3 id="answers-title">Answers by setting</h3>
      <p class="quiet reading">
        A method is judged on the questions that dense attention answers; beside it stand all questions. The
        log-probability is that of the answer’s tokens, mean, in nats: nearer to 0 is likelier.
      </p>
      {nothing && dense.length > 0 && (
        <p class="field-problem">
          Dense attention answered none of the questions, so that no method can be judged on them.
        </p>
      )}
      {/* The roles are said outright because the narrow layout makes grids of the rows, which would lose them. */}
      <table class="sortable figures-table" role="table" aria-labelledby="answers-title">
        <SortableHead
          columns={[{ key: 'setting' as const, label: 'Methods' }, ...columns]}
          sorting={sorting}
          change={sort}
        />
        <tbody role="rowgroup">
          {[...dense, ...sortRows(methods, sorting, VALUES)].map((row) => (
            <tr
              role="row"
              key={`${row.setting} ${row.task} ${row.tokens} ${row.question}`}
              class={row.setting === 'dense' ? 'dense' : ''}
            >
              <th role="rowheader" scope="row">
                <strong>{row.setting}</strong>
              </th>
              {columns.map(({ key, label, value }) => (
                <FigureCell key={key} label={label} value={value(row)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="caption">{caption}</p>
    </section>
  );
}
