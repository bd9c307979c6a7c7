import type { JSX } from 'preact';
import type { BenchResult } from 'winnow-llm/bench/records';
import { formatBytes, formatCount, formatDuration } from '../shared/format.ts';
import { formatFigure, formatMicroseconds } from '../shared/figures.ts';
import { formatShare } from './data/verdict.ts';

/** The few figures that most visitors came for. */
export function Headline({ result }: { result: BenchResult }): JSX.Element | null {
  const items = headline(result);
  if (items.length === 0) return null;
  return (
    <dl class="headline">
      {items.map(({ name, value, note, bad }) => (
        <div key={name} class={bad ? 'card bad' : 'card'}>
          <dt>{name}</dt>
          <dd>
            <strong>{value}</strong> <span class="quiet">{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface Item {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly bad?: boolean;
}

function headline({ model, roofs, kernels }: BenchResult): readonly Item[] {
  const shortest = model?.decode.toSorted((a, b) => a.history - b.history)[0];
  const fastest = model?.prefill.toSorted((a, b) => b.tokensPerSecond.median - a.tokensPerSecond.median)[0];
  return [
    ...(shortest
      ? [
          {
            name: 'Decode',
            value: `${formatFigure(shortest.tokensPerSecond.median)} tok/s`,
            note: `after ${formatCount(shortest.history)} tokens`,
          },
        ]
      : []),
    ...(fastest
      ? [
          {
            name: 'Prompt',
            value: `${formatFigure(fastest.tokensPerSecond.median)} tok/s`,
            note: `${formatCount(fastest.tokens)} tokens`,
          },
        ]
      : []),
    ...(model
      ? [
          {
            name: 'Cold start',
            value: formatDuration(model.cold.loadMilliseconds + model.cold.timeToFirstTokenMilliseconds),
            note: `of it the first token ${formatDuration(model.cold.timeToFirstTokenMilliseconds)}`,
          },
          {
            name: 'GPU memory',
            value: formatBytes(model.memory.gpuPeak),
            note: `at most; weights ${formatBytes(model.memory.gpuWeights)}${model.memory.javascript === null ? '' : `; JavaScript ${formatBytes(model.memory.javascript)}`}`,
          },
        ]
      : []),
    ...(roofs
      ? [
          {
            name: 'This device',
            value: `${formatFigure(roofs.stream.median)} GB/s`,
            note: `streamed; ${formatFigure(roofs.multiplyAdd.median)} GFLOP/s; ${formatMicroseconds(roofs.dispatch.median)} a launch`,
          },
        ]
      : []),
    ...(kernels && kernels.length > 0 ? [kernelItem(kernels)] : []),
  ];
}

function kernelItem(kernels: NonNullable<BenchResult['kernels']>): Item {
  const count = (status: string): number => kernels.filter((kernel) => kernel.status === status).length;
  const shares = kernels.flatMap(({ timing }) => (timing ? [timing.roofShare] : [])).toSorted((a, b) => a - b);
  const middle = shares[Math.floor(shares.length / 2)];
  const [wrong, unsupported] = [count('wrong'), count('unsupported')];
  return {
    name: 'Kernels',
    value: wrong > 0 ? `${wrong} wrong` : `${count('correct')} correct`,
    note: [
      ...(wrong > 0 ? [`${count('correct')} correct`] : []),
      ...(unsupported > 0 ? [`${unsupported} not run`] : []),
      ...(middle === undefined ? [] : [`median ${formatShare(middle)} of the roof`]),
    ].join('; '),
    bad: wrong > 0,
  };
}
