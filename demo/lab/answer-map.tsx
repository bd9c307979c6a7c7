import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import type { TaskRun } from 'winnow-llm/eval/records';
import { DataTable } from '../shared/charts/data-table.tsx';
import { formatFigure } from '../shared/figures.ts';
import { formatNats } from './data/measures.ts';
import { answerGrid, stepOf, type AnswerGrid } from './data/answer-grid.ts';

/** Every answer: a row for each setting, a column for each question, filled by how likely the right answer was. */
export function AnswerMap({ runs, caption }: { runs: readonly TaskRun[]; caption: string }): JSX.Element {
  const grid = useMemo(() => answerGrid(runs), [runs]);
  return (
    <figure class="card chart wide">
      <div>
        <h3 id="map-title">Every answer by where the fact lies</h3>
        <p class="reading quiet">
          A tick is a reply that holds the answer. The figure is the mean log-probability of the answer’s tokens, nats;
          the fill is the probability that it stands for.
        </p>
      </div>
      <span class="scale-legend reading">
        0 <span class="scale-bar" /> 1
      </span>
      {grid ? (
        <div class="table-box" role="region" aria-labelledby="map-title" tabIndex={0}>
          <Grid grid={grid} />
        </div>
      ) : (
        <p class="quiet">These questions are too scattered for a map; the table has them all.</p>
      )}
      <details>
        <summary>Every question as a table</summary>
        <div class="table-box answer-lines" role="region" aria-label="Every question, figures" tabIndex={0}>
          <DataTable
            caption="Every question"
            columns={['Methods', 'Question', 'Tokens', 'Depth', 'Reply', 'Log-probability']}
            rows={runs.map(({ setting, question, tokens, depth, exact, logProb }) => [
              setting,
              question,
              tokens.toLocaleString('en'),
              formatFigure(depth),
              exact ? 'right' : 'wrong',
              formatNats(logProb, 3),
            ])}
          />
        </div>
      </details>
      <figcaption class="caption">{caption}</figcaption>
    </figure>
  );
}

function Grid({ grid: { groups, rows } }: { grid: AnswerGrid }): JSX.Element {
  return (
    <table class="answer-map">
      <thead>
        <tr>
          <td rowSpan={2}>
            <span class="quiet">depth</span>
          </td>
          {groups.map(({ name, places }) => (
            <th key={name} scope="colgroup" colSpan={places.length}>
              {name}
            </th>
          ))}
        </tr>
        <tr>
          {groups.flatMap(({ places }) =>
            places.map(({ key, depth }) => (
              <th key={key} scope="col">
                {formatFigure(depth)}
              </th>
            )),
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ setting, runs }) => (
          <tr key={setting}>
            <th scope="row">{setting}</th>
            {runs.map((run, column) => (
              <Answer key={column} run={run} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Answer({ run }: { run: TaskRun | undefined }): JSX.Element {
  if (!run) return <td class="quiet">–</td>;
  const step = stepOf(run);
  return (
    <td class={step < 3 ? 'on-dark' : 'on-light'} style={{ background: `var(--scale-${step})` }}>
      <span aria-hidden="true">{run.exact ? '✓ ' : '✗ '}</span>
      <span class="visually-hidden">{run.exact ? 'right, ' : 'wrong, '}</span>
      {formatNats(run.logProb, 2)}
    </td>
  );
}
