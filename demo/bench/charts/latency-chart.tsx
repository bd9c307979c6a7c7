import { useCallback } from 'preact/hooks';
import type { JSX } from 'preact';
import type { DecodeResult } from 'winnow-llm/bench/records';
import { formatCount } from '../../shared/format.ts';
import { formatFigure } from '../../shared/figures.ts';
import { asPicture, Chart, type Draw, type PlotLibrary } from '../../shared/charts/chart.tsx';
import { DataTable } from '../../shared/charts/data-table.tsx';

/** How long single tokens took, a row for each history. */
export function LatencyChart({ decode, caption }: { decode: readonly DecodeResult[]; caption: string }): JSX.Element {
  const draw = useCallback<Draw>((plot, width) => drawLatencies(plot, width, decode), [decode]);
  return (
    <Chart
      title="How long a token takes"
      reading="A row for each history. The height of a block is the share of tokens that took so long; lines stand at the median (p50) and at what 95 and 99 of 100 tokens stay under."
      caption={caption}
      height={heightOf(decode.length)}
      draw={draw}
      table={
        <DataTable
          caption="Time of a token in milliseconds"
          columns={['History', 'p50 ms', 'p95 ms', 'p99 ms']}
          rows={decode.map(({ history, millisecondsPerToken: { p50, p95, p99 } }) => [
            formatCount(history),
            formatFigure(p50),
            formatFigure(p95),
            formatFigure(p99),
          ])}
        />
      }
    />
  );
}

const heightOf = (rows: number): number => 68 + rows * 60;

function drawLatencies(plot: PlotLibrary, width: number, decode: readonly DecodeResult[]): SVGSVGElement {
  const blocks = decode.flatMap(({ history, latencies }) => {
    const highest = Math.max(...latencies.map(({ share }) => share));
    // Each row has its own height, so that a narrow distribution does not flatten a wide one.
    return latencies
      .filter(({ share }) => share > 0)
      .map(({ from, to, share }) => ({ history, from, to, height: share / highest }));
  });
  const lines = decode.flatMap(({ history, millisecondsPerToken: { p50, p95, p99 } }) =>
    [p50, p95, p99].map((at) => ({ history, at })),
  );
  const labels = decode.map(({ history, millisecondsPerToken: { p50, p95, p99 } }) => ({
    history,
    words: `p50 ${formatFigure(p50)} · p95 ${formatFigure(p95)} · p99 ${formatFigure(p99)} ms`,
  }));
  const ends = [...blocks.map(({ to }) => to), ...lines.map(({ at }) => at)];
  const starts = [...blocks.map(({ from }) => from), ...lines.map(({ at }) => at)];
  const [first, last] = [Math.min(...starts), Math.max(...ends)];
  const svg = plot.plot({
    width,
    height: heightOf(decode.length),
    marginLeft: 64,
    marginRight: 16,
    marginTop: 24,
    marginBottom: 44,
    x: {
      domain: [first, last > first ? last : first + 1],
      label: 'ms a token',
      labelAnchor: 'center',
      labelOffset: 38,
      ticks: width < 480 ? 4 : 8,
      tickFormat: formatFigure,
      grid: true,
      nice: true,
    },
    y: { axis: null, domain: [0, 1.7] },
    fy: {
      axis: 'left',
      label: 'history',
      labelAnchor: 'top',
      domain: decode.map(({ history }) => history),
      tickFormat: formatCount,
      padding: 0.1,
    },
    marks: [
      plot.rect(blocks, {
        fy: 'history',
        x1: 'from',
        x2: 'to',
        y1: () => 0,
        y2: 'height',
        fill: 'var(--series-1)',
        fillOpacity: 0.55,
      }),
      plot.ruleX(lines, { fy: 'history', x: 'at', y1: () => 0, y2: () => 1.1, stroke: 'var(--text)' }),
      plot.text(labels, { fy: 'history', x: () => first, y: () => 1.45, text: 'words', textAnchor: 'start' }),
    ],
  });
  const words = labels.map(({ history, words: said }) => `after ${formatCount(history)} tokens ${said}`).join('; ');
  return asPicture(svg, `Distribution of the time of a token: ${words}`);
}
