/** Benchmarks as tables of text. */

import type { BenchResult, KernelResult, ModelResult, Roofs, Spread } from '../bench/bench-result.ts';
import type { Pair } from '../bench/compare.ts';
import { mebibytes, printable, table } from './format.ts';

type Line = readonly [label: string, value: string];

/** 'median unit (least to most of n runs)'. */
const spreadText = ({ median, min, max, runs }: Spread, unit: string): string =>
  `${figure(median)} ${unit} (${figure(min)} to ${figure(max)}, ${runs} ${runs === 1 ? 'run' : 'runs'})`;

/** A saved run may come from anywhere: no control characters but the line ends. */
const safe = (text: string): string => text.split('\n').map(printable).join('\n');

/** Three digits that count. */
const figure = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** A result: where it ran, the roofs, the model, the kernels. */
export function formatBench({ environment, roofs, model, kernels }: BenchResult): string {
  const { adapter, software, runtime, version, featuresDisabled } = environment;
  const name = [adapter.vendor, adapter.architecture, adapter.description || adapter.device].filter(Boolean).join(', ');
  return safe(
    table([
      ['adapter', `${name}${software ? ' (computes on the CPU: only ratios mean anything)' : ''}`],
      [
        'ran with',
        `winnow ${version}, ${runtime}${featuresDisabled.length > 0 ? `, without ${featuresDisabled.join(', ')}` : ''}`,
      ],
      ...(model ? modelLines(model) : []),
      ...(roofs ? roofLines(roofs) : []),
      ...(kernels ?? []).map(kernelLine),
    ]),
  );
}

const roofLines = ({ stream, multiplyAdd, dispatch, roundTrip }: Roofs): Line[] => [
  ['stream read', spreadText(stream, 'GB/s')],
  ['multiply-add', spreadText(multiplyAdd, 'GFLOP/s')],
  ['dispatch', spreadText(dispatch, 'us')],
  ['round trip', spreadText(roundTrip, 'us')],
];

function modelLines({ name, cold, prefill, decode, tokenTime, memory, report }: ModelResult): Line[] {
  const { perToken } = report;
  return [
    ['model', name],
    [
      'cold start',
      `${figure(cold.loadMilliseconds)} ms to load, then ${figure(cold.timeToFirstTokenMilliseconds)} ms to the first token`,
    ],
    ...prefill.map(({ tokens, tokensPerSecond, timeToFirstTokenMilliseconds }): Line => [
      `prompt ${tokens}`,
      `${spreadText(tokensPerSecond, 'tokens/s')}, first token after ${figure(timeToFirstTokenMilliseconds.median)} ms`,
    ]),
    ...decode.flatMap(
      ({ history, filled, tokensPerSecond, millisecondsPerToken: { p50, p95, p99 }, observation }): Line[] => [
        [
          `decode after ${history}${filled ? ' (random)' : ''}`,
          `${spreadText(tokensPerSecond, 'tokens/s')}, ms per token: p50 ${figure(p50)}, p95 ${figure(p95)}, p99 ${figure(p99)}`,
        ],
        ...(observation
          ? [['  observing', `${spreadText(observation, 'times')} the same cache kept by position`] as const]
          : []),
      ],
    ),
    [
      `a token after ${tokenTime.history}`,
      `${figure(tokenTime.step)} ms: GPU ${figure(tokenTime.gpu)}, encode ${figure(tokenTime.encode)}, wait ${figure(tokenTime.wait)}`,
    ],
    ...tokenTime.families.map(({ family, dispatches, milliseconds }): Line => [
      `  ${family}`,
      `${figure(milliseconds)} ms in ${dispatches} ${dispatches === 1 ? 'dispatch' : 'dispatches'}`,
    ]),
    [
      'per token',
      `${perToken.dispatches} dispatches (${perToken.dispatchesPerLayer} a layer), ${perToken.bytesWritten} bytes written`,
    ],
    [
      'memory',
      `GPU: weights ${mebibytes(memory.gpuWeights)}, cache ${mebibytes(memory.gpuCache)}, peak ${mebibytes(memory.gpuPeak)}${memory.javascript === null ? '' : `; JavaScript ${mebibytes(memory.javascript)}`}`,
    ],
  ];
}

function kernelLine({ kernel, shape, status, problem, timing }: KernelResult): Line {
  if (!timing) return [kernel, `${shape}: ${status}${problem === undefined ? '' : ` (${problem})`}`];
  const { microseconds, gigabytesPerSecond, gigaflops, roof, roofShare } = timing;
  return [
    kernel,
    `${shape}: ${figure(microseconds.median)} us, ${figure(gigabytesPerSecond)} GB/s, ${figure(gigaflops)} GFLOP/s, ${Math.round(100 * roofShare)} % of the ${roof} roof`,
  ];
}

/** Two runs side by side; a ratio above 1 means that the later one is faster. */
export const formatPairs = (changed: readonly string[], pairs: readonly Pair[], single: number): string =>
  safe(
    [
      ...changed.map((text) => `differs: ${text}\n`),
      table(
        pairs.map(({ name, before, after, unit, ratio, low, high, change }) => [
          name,
          `${figure(before)} -> ${figure(after)} ${unit}, x${ratio.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}), ${change}`,
        ]),
      ),
      ...(single > 0 ? [`${single} ${single === 1 ? 'figure is' : 'figures are'} in one of the two only\n`] : []),
    ].join(''),
  );
