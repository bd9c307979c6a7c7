import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import type { BenchResult } from 'winnow-llm/bench/records';
import { LatencyChart } from './charts/latency-chart.tsx';
import { RooflineChart } from './charts/roofline-chart.tsx';
import { SpeedChart } from './charts/speed-chart.tsx';
import { TokenTimeChart } from './charts/token-time-chart.tsx';
import { captionOf } from './data/caption.ts';
import { Headline } from './headline.tsx';
import { KernelTable } from './kernel-table.tsx';
import { ResultBar } from './result-bar.tsx';
import { shown } from './state/results-state.ts';

/** All that a run measured: its headline, the charts, and every kernel. */
export function ResultView(): JSX.Element | null {
  const now = shown.value;
  if (!now) return null;
  const { result } = now;
  return (
    <>
      <ResultBar shown={now} />
      {result.environment.software && (
        <p class="card warning" role="note">
          <strong>This adapter computes on the CPU: only ratios mean anything.</strong> A figure compares with another
          of the same run, never with one of a GPU.
        </p>
      )}
      <Headline result={result} />
      <div class="charts">
        <Charts result={result} />
      </div>
      {result.kernels && result.kernels.length > 0 && (
        <KernelTable kernels={result.kernels} caption={captionOf(result)} />
      )}
    </>
  );
}

function Charts({ result }: { result: BenchResult }): JSX.Element {
  const { model, roofs, kernels } = result;
  const caption = captionOf(result);
  // The charts draw again when their data change, and a run under way brings new results often.
  const decode = useMemo(
    () =>
      model?.decode.map(({ history, tokensPerSecond, filled }) => ({
        length: history,
        speed: tokensPerSecond,
        filled,
      })),
    [model],
  );
  const prefill = useMemo(
    () =>
      model?.prefill.map(({ tokens, tokensPerSecond }) => ({ length: tokens, speed: tokensPerSecond, filled: false })),
    [model],
  );
  return (
    <>
      {roofs && kernels && <RooflineChart roofs={roofs} kernels={kernels} caption={caption} />}
      {decode && decode.length > 0 && (
        <SpeedChart title="Decode speed against history" axis="history" points={decode} caption={caption} />
      )}
      {prefill && prefill.length > 0 && (
        <SpeedChart title="Prompt speed against its length" axis="prompt" points={prefill} caption={caption} />
      )}
      {model && model.decode.some(({ latencies }) => latencies.length > 0) && (
        <LatencyChart decode={model.decode} caption={caption} />
      )}
      {model && <TokenTimeChart tokenTime={model.tokenTime} caption={caption} />}
    </>
  );
}
