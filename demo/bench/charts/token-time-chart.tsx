import { useCallback, useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import type { TokenTime } from 'winnow-llm/bench/records';
import { formatCount } from '../../shared/format.ts';
import { formatFigure } from '../../shared/figures.ts';
import { formatShare } from '../data/verdict.ts';
import { tokenSegments, type Segment } from '../data/token-bars.ts';
import { asPicture, Chart, type Draw, type PlotLibrary } from '../../shared/charts/chart.tsx';
import { DataTable } from '../../shared/charts/data-table.tsx';
import { Legend } from '../../shared/charts/legend.tsx';

/** Where the time of one token goes. */
export function TokenTimeChart({ tokenTime, caption }: { tokenTime: TokenTime; caption: string }): JSX.Element {
  const segments = useMemo(() => tokenSegments(tokenTime), [tokenTime]);
  const draw = useCallback<Draw>((plot, width) => drawBars(plot, width, segments), [segments]);
  const total = Math.max(tokenTime.step, ...segments.map(({ end }) => end));
  const words = ({ name, milliseconds }: Segment): string =>
    `${name} ${formatFigure(milliseconds)} ms (${formatShare(milliseconds / total)})`;
  return (
    <Chart
      title="Where the time of a token goes"
      reading={`One step after ${formatCount(tokenTime.history)} tokens takes ${formatFigure(tokenTime.step)} ms. Below the GPU’s part stands what the step saves without each kind of kernel; kinds overlap, so they need not fill it.`}
      caption={caption}
      height={HEIGHT}
      draw={draw}
      legend={
        <Legend
          label="Parts of a token’s time"
          items={segments.map((segment) => ({
            key: `${segment.row} ${segment.name}`,
            name: words(segment),
            shape: segment.empty ? 'frame' : 'block',
            colour: segment.colour,
          }))}
        />
      }
      table={
        <DataTable
          caption="Parts of a token’s time"
          columns={['Part', 'ms', 'Share', 'Dispatches']}
          rows={segments.map(({ row, name, milliseconds, dispatches }) => [
            row === 'one token' ? name : `GPU: ${name}`,
            formatFigure(milliseconds),
            formatShare(milliseconds / total),
            dispatches === undefined ? '' : formatCount(dispatches),
          ])}
        />
      }
    />
  );
}

const HEIGHT = 150;

function drawBars(plot: PlotLibrary, width: number, segments: readonly Segment[]): SVGSVGElement {
  const svg = plot.plot({
    width,
    height: HEIGHT,
    marginLeft: 76,
    marginRight: 16,
    marginTop: 8,
    marginBottom: 44,
    x: {
      label: 'ms',
      labelAnchor: 'center',
      labelOffset: 38,
      ticks: width < 480 ? 4 : 8,
      tickFormat: formatFigure,
      grid: true,
    },
    y: { type: 'band', domain: ['one token', 'of it GPU'], label: null, padding: 0.2, tickSize: 0 },
    marks: [
      plot.barX(segments, {
        y: 'row',
        x1: 'start',
        x2: 'end',
        fill: ({ colour, empty }) => (empty ? 'var(--ground-raised)' : colour),
        stroke: ({ colour }) => colour,
        insetLeft: 1,
        insetRight: 1,
      }),
    ],
  });
  const said = segments.map(({ name, milliseconds }) => `${name} ${formatFigure(milliseconds)} ms`).join(', ');
  return asPicture(svg, `Parts of a token’s time: ${said}`);
}
