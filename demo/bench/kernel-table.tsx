import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { KernelResult } from 'winnow-llm/bench/records';
import { FigureCell, SortableHead } from '../shared/sortable-head.tsx';
import type { Sorting } from '../shared/sorting.ts';
import { formatFigure, formatMicroseconds } from '../shared/figures.ts';
import { sortKernels, type SortKey } from './data/kernel-rows.ts';
import { formatShare, verdict } from './data/verdict.ts';

const COLUMNS: readonly { readonly key: SortKey; readonly label: string }[] = [
  { key: 'name', label: 'Kernel' },
  { key: 'share', label: 'Share of its roof' },
  { key: 'time', label: 'Time' },
  { key: 'bandwidth', label: 'GB/s' },
  { key: 'arithmetic', label: 'GFLOP/s' },
];

/** Every kernel at every shape, and whether it is good. Names go up when first asked for, figures go down. */
export function KernelTable({ kernels, caption }: { kernels: readonly KernelResult[]; caption: string }): JSX.Element {
  const [sorting, setSorting] = useState<Sorting<SortKey>>({ key: 'share', descending: false });
  const sort = (key: SortKey): void =>
    setSorting(key === sorting.key ? { key, descending: !sorting.descending } : { key, descending: key !== 'name' });
  return (
    <section class="card kernels" aria-labelledby="kernels-title">
      <h3 id="kernels-title">Kernels, one by one</h3>
      <p class="quiet reading">
        A kernel is judged against the lowest of three roofs for its shape: what this device can stream, what it can
        multiply and add, and what one launch costs. 100 % is as fast as this device can be.
      </p>
      {/* The roles are said outright because the narrow layout makes grids of the rows, which would lose them. */}
      <table class="sortable kernel-table" role="table" aria-labelledby="kernels-title">
        <SortableHead columns={COLUMNS} sorting={sorting} change={sort} />
        <tbody role="rowgroup">
          {sortKernels(kernels, sorting).map((result) => (
            <Row key={`${result.kernel} ${result.shape}`} result={result} />
          ))}
        </tbody>
      </table>
      <p class="caption">{caption}</p>
    </section>
  );
}

function Row({ result }: { result: KernelResult }): JSX.Element {
  const { kernel, shape, status, timing } = result;
  return (
    <tr role="row" class={status}>
      <th role="rowheader" scope="row">
        <strong>{kernel}</strong> <span>{shape}</span>
      </th>
      <td role="cell" class="standing">
        {timing && (
          <span class="share">
            <span class="share-bar" aria-hidden="true">
              <span style={{ width: `${Math.min(1, timing.roofShare) * 100}%` }} />
            </span>
            <span>{formatShare(timing.roofShare)}</span>
          </span>
        )}
        <span class="verdict">{verdict(result)}</span>
      </td>
      <FigureCell label="Time" value={timing && formatMicroseconds(timing.microseconds.median)} />
      <FigureCell label="GB/s" value={timing && formatFigure(timing.gigabytesPerSecond)} />
      <FigureCell label="GFLOP/s" value={timing && (timing.flops > 0 ? formatFigure(timing.gigaflops) : '–')} />
    </tr>
  );
}
