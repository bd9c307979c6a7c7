import { useCallback, useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { KernelResult, Roofs } from 'winnow-llm/bench/records';
import { colourOf, colourPlace } from '../data/family.ts';
import { formatFigure, formatMicroseconds, formatSpread } from '../../shared/figures.ts';
import { rooflineData, type Roofline, type RooflinePoint } from '../data/roofline.ts';
import { verdict } from '../data/verdict.ts';
import { Chart, type Draw, type PlotLibrary } from '../../shared/charts/chart.tsx';
import { Legend, type LegendItem } from '../../shared/charts/legend.tsx';
import { reachPoints } from '../../shared/charts/points.ts';

/** Every timed kernel against the device's own measured roofs. */
export function RooflineChart(props: {
  roofs: Roofs;
  kernels: readonly KernelResult[];
  caption: string;
}): JSX.Element | null {
  const { roofs, kernels, caption } = props;
  const data = useMemo(() => rooflineData(roofs, kernels), [roofs, kernels]);
  const [pointed, setPointed] = useState('');
  const draw = useCallback<Draw>(
    (plot, width) => {
      if (!data) throw new Error('A roofline without kernels is not drawn.');
      return drawRoofline(plot, width, data, roofs, setPointed);
    },
    [data, roofs],
  );
  if (!data) return null;
  const at = data.points.find((point) => nameOf(point) === pointed);
  return (
    <Chart
      title="Roofline: every kernel against what this device can do"
      reading={
        <>
          The line is what the device did in this run when it only read ({formatSpread(roofs.stream)} GB/s, the slope)
          or only multiplied and added ({formatSpread(roofs.multiplyAdd)} GFLOP/s, the flat part). The nearer a dot is
          to the line, the better the kernel. {data.withoutArithmetic > 0 && withoutArithmetic(data.withoutArithmetic)}
        </>
      }
      caption={caption}
      wide
      height={heightAt(600)}
      draw={draw}
      legend={<Legend label="Kinds of kernels" items={legendOf(data)} />}
      pointed={
        <p class="pointed">
          {at ? (
            <>
              <strong>
                {at.kernel} · {at.shape}
              </strong>{' '}
              {formatMicroseconds(at.timing.microseconds.median)}, {formatFigure(at.gigaflops)} GFLOP/s,{' '}
              {formatFigure(at.timing.gigabytesPerSecond)} GB/s. {verdict({ ...at, status: 'correct' })}.
            </>
          ) : (
            <span class="quiet">
              Point at a dot, or go through the dots with the arrow keys, and its kernel stands here.
            </span>
          )}
        </p>
      }
    />
  );
}

const withoutArithmetic = (count: number): string =>
  `${count} ${count === 1 ? 'kernel does' : 'kernels do'} no arithmetic and ${count === 1 ? 'stands' : 'stand'} only in the table below.`;

const nameOf = ({ kernel, shape }: RooflinePoint): string => `${kernel}, ${shape}`;
const heightAt = (width: number): number => (width < 480 ? 320 : 420);

function legendOf({ points }: Roofline): readonly LegendItem[] {
  const families = [...new Set(points.map(({ family }) => family))].toSorted((a, b) => colourPlace(a) - colourPlace(b));
  const launch: readonly LegendItem[] = points.some(({ launchBound }) => launchBound)
    ? [{ key: 'launch', name: 'ring: so small that its launch is its time', shape: 'ring' }]
    : [];
  return [
    ...families.map((family): LegendItem => ({
      key: family,
      name: family,
      colour: colourOf(colourPlace(family)),
      shape: 'dot',
    })),
    ...launch,
  ];
}

function drawRoofline(
  plot: PlotLibrary,
  width: number,
  data: Roofline,
  roofs: Roofs,
  point: (name: string) => void,
): SVGSVGElement {
  const colour = ({ family }: RooflinePoint): string => colourOf(colourPlace(family));
  const where = { x: 'intensity', y: 'gigaflops', r: 5, ariaLabel: nameOf } as const;
  const half = Math.sqrt(data.intensities[0] * data.ridge);
  const svg = plot.plot({
    width,
    height: heightAt(width),
    marginLeft: 56,
    marginRight: 16,
    marginTop: 24,
    marginBottom: 44,
    x: {
      type: 'log',
      domain: data.intensities,
      label: 'FLOP for each byte moved',
      labelAnchor: 'center',
      labelOffset: 38,
      ticks: decades(data.intensities),
      tickFormat: formatFigure,
      grid: true,
    },
    y: {
      type: 'log',
      domain: data.gigaflops,
      label: 'GFLOP/s',
      labelAnchor: 'top',
      ticks: decades(data.gigaflops),
      tickFormat: formatFigure,
      grid: true,
    },
    marks: [
      plot.areaY(data.roof, { x: 'intensity', y1: 'min', y2: 'max', fill: 'var(--line)', fillOpacity: 0.8 }),
      plot.line(data.roof, { x: 'intensity', y: 'median', stroke: 'var(--text)', strokeWidth: 1.5 }),
      plot.text([{ x: half, y: half * roofs.stream.median }], {
        x: 'x',
        y: 'y',
        text: () => `${formatFigure(roofs.stream.median)} GB/s`,
        textAnchor: 'end',
        dx: -6,
        dy: -6,
      }),
      plot.text([{ x: data.intensities[1], y: roofs.multiplyAdd.median }], {
        x: 'x',
        y: 'y',
        text: () => `${formatFigure(roofs.multiplyAdd.median)} GFLOP/s`,
        textAnchor: 'end',
        dy: -10,
      }),
      plot.dot(
        data.points.filter(({ launchBound }) => launchBound),
        { ...where, stroke: colour, strokeWidth: 2, fill: 'var(--ground-raised)' },
      ),
      plot.dot(
        data.points.filter(({ launchBound }) => !launchBound),
        { ...where, fill: colour, stroke: 'var(--ground-raised)' },
      ),
    ],
  });
  reachPoints(
    svg,
    data.points.map(nameOf),
    `Roofline with ${data.points.length} kernels; the arrow keys go through them`,
    point,
  );
  return svg;
}

/** The powers of ten within a range. */
function decades([low, high]: readonly [number, number]): readonly number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 10 ** (first + index));
}
