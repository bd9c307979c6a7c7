import type { BenchResult, BenchSettings, Spread } from '../../../src/bench/bench-result.ts';
import { fakeReport } from '../worker/fake-engine.ts';

export const spreadOf = (median: number, min = median, max = median): Spread => ({ median, min, max, runs: 5 });

/** A made-up result with these parts, every field of which passes the checks. */
export function benchResult(parts: BenchSettings['parts']): BenchResult {
  const report = fakeReport();
  return {
    format: 'winnow-bench',
    formatVersion: 1,
    date: '2026-01-02T03:04:05.678Z',
    environment: {
      version: '1.2.3',
      runtime: 'Node 20',
      platform: 'test',
      adapter: report.adapter,
      software: false,
      featuresDisabled: [],
    },
    settings: { parts, prompts: [32], histories: [64], decodeTokens: 8, runs: 5, kernels: '' },
    roofs: {
      stream: spreadOf(500),
      multiplyAdd: spreadOf(9000),
      dispatch: spreadOf(1.5),
      roundTrip: spreadOf(90),
      streamBytes: 2 ** 28,
    },
    ...(parts.includes('model') && {
      model: {
        name: 'fake',
        fileBytes: 1,
        cold: { loadMilliseconds: 100, timeToFirstTokenMilliseconds: 20 },
        prefill: [{ tokens: 32, tokensPerSecond: spreadOf(800, 700, 900), timeToFirstTokenMilliseconds: spreadOf(40) }],
        decode: [
          {
            history: 64,
            filled: true,
            tokensPerSecond: spreadOf(40, 38, 41),
            millisecondsPerToken: { p50: 25, p95: 26, p99: 27 },
            latencies: [{ from: 24, to: 27, share: 1 }],
          },
        ],
        tokenTime: {
          history: 64,
          step: 25,
          encode: 1,
          gpu: 20,
          wait: 4,
          families: [{ family: 'head', dispatches: 1, milliseconds: 3 }],
        },
        memory: { gpuWeights: 1, gpuCache: 2, gpuPeak: 7, javascript: null },
        report,
      },
    }),
    ...(parts.includes('kernels') && {
      kernels: [
        {
          kernel: 'linear/project',
          shape: 'Q4_1 576x1536',
          status: 'correct',
          timing: {
            microseconds: spreadOf(10, 9, 12),
            bytes: 2_500_000,
            flops: 1_800_000,
            gigabytesPerSecond: 250,
            gigaflops: 180,
            roof: 'stream',
            roofShare: 0.5,
            rotatedBytes: 2 ** 28,
          },
        },
        { kernel: 'norm/rms-norm', shape: '256 rows', status: 'wrong', problem: 'y[3] got 1 want 2' },
      ],
    }),
  };
}
