import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { EvalRun, LossRecord } from 'winnow-llm/eval/records';
import { formatBytes } from '../shared/format.ts';
import { formatFigure } from '../shared/figures.ts';
import { FigureCell, SortableHead } from '../shared/sortable-head.tsx';
import type { Sorting } from '../shared/sorting.ts';
import { formatSigned, formatSmall, MEASURES, TIME, withError } from './data/measures.ts';
import { sortRuns, type SortKey } from './data/run-rows.ts';

interface Column {
  readonly key: SortKey;
  readonly label: string;
  readonly value: (run: EvalRun, decode: number) => string | undefined;
}

const percent = (share: number): string => `${formatFigure(100 * share)} %`;
const errorOf = (measure: string, run: EvalRun, decode: number): number | undefined =>
  MEASURES.find(({ key }) => key === measure)?.error(run, decode);

const COLUMNS: readonly Column[] = [
  { key: 'nll', label: 'Loss', value: ({ nll }) => nll.toFixed(4) },
  {
    key: 'dnll',
    label: 'Above dense',
    value: (run, decode) => withError(formatSigned(run.dnll), errorOf('loss', run, decode)),
  },
  { key: 'kl', label: 'KL', value: (run, decode) => withError(formatSmall(run.kl), errorOf('kl', run, decode)) },
  { key: 'klP99', label: 'KL p99', value: ({ klP99 }) => formatSmall(klP99) },
  { key: 'agreement', label: 'Same token', value: ({ top1Agreement }) => percent(top1Agreement) },
  { key: 'mass', label: 'Attention kept', value: ({ mass }) => (mass === undefined ? undefined : percent(mass)) },
  { key: 'slots', label: 'Slots read', value: ({ slotsReadPerToken }) => formatFigure(slotsReadPerToken) },
  { key: 'held', label: 'Held', value: ({ kvBytesHeld }) => formatBytes(kvBytesHeld) },
  { key: 'read', label: 'Read', value: ({ kvBytesReadPerToken }) => formatBytes(kvBytesReadPerToken) },
  { key: 'time', label: 'Time', value: ({ msPerToken }) => TIME.format(msPerToken) },
];

/** Every figure of every run, with the dense run above them. Figures go up when first asked for: less is nearly always better. */
export function FiguresTable({ record, caption }: { record: LossRecord; caption: string }): JSX.Element {
  const { runs, dense, settings } = record;
  const [sorting, setSorting] = useState<Sorting<SortKey>>();
  const sort = (key: SortKey): void =>
    setSorting({ key, descending: key === sorting?.key ? !sorting.descending : key === 'agreement' || key === 'mass' });
  const columns = COLUMNS.filter(({ key }) => key !== 'mass' || runs.some(({ mass }) => mass !== undefined));
  return (
    <section class="card figures-card" aria-labelledby="figures-title">
      <h3 id="figures-title">Every figure</h3>
      <p class="quiet reading">
        Loss and KL are in nats a token; “above dense” compares token by token with the same text read by dense
        attention. Held is the cache’s memory at the end, in whole pages; read is what a decoded token takes from it.
        Time is that of feeding and scoring one token, the first left out: longer than in generating, where no logits
        are read back.
      </p>
      {/* The roles are said outright because the narrow layout makes grids of the rows, which would lose them. */}
      <table class="sortable figures-table" role="table" aria-labelledby="figures-title">
        <SortableHead
          columns={[{ key: 'setting' as const, label: 'Methods' }, ...columns]}
          sorting={sorting}
          change={sort}
        />
        <tbody role="rowgroup">
          <tr role="row" class="dense">
            <th role="rowheader" scope="row">
              <strong>dense</strong>
            </th>
            <FigureCell label="Loss" value={dense.nll.toFixed(4)} />
            {columns.slice(1).map(({ key, label }) => (
              <FigureCell key={key} label={label} value={undefined} />
            ))}
          </tr>
          {sortRuns(runs, sorting).map((run) => (
            <tr role="row" key={run.setting}>
              <th role="rowheader" scope="row">
                <strong>{run.setting}</strong>
              </th>
              {columns.map(({ key, label, value }) => (
                <FigureCell key={key} label={label} value={value(run, settings.decode)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="caption">{caption}</p>
    </section>
  );
}
