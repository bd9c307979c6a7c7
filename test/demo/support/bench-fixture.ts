/** A benchmark's result as the page gets it, made up but of one piece: times, rates and shares of the roof agree. */

import type { BenchResult, KernelResult, ModelResult, Roofs, Spread } from '../../../src/bench/bench-result.ts';
import { scriptedReport } from './scripted-report.ts';

const spread = (median: number, width = 0.03, runs = 5): Spread => ({
  median,
  min: median * (1 - width),
  max: median * (1 + width * 1.5),
  runs,
});

export const ROOFS: Roofs = {
  stream: spread(812),
  multiplyAdd: spread(21_400, 0.02),
  dispatch: spread(1.9, 0.1),
  roundTrip: spread(160, 0.2),
  streamBytes: 268_435_456,
};

/** A timed kernel, from what it moves and computes and how long it takes. */
function timed(kernel: string, shape: string, bytes: number, flops: number, microseconds: number): KernelResult {
  const floors = {
    stream: bytes / (ROOFS.stream.median * 1e3),
    'multiply-add': flops / (ROOFS.multiplyAdd.median * 1e3),
    launch: ROOFS.dispatch.median,
  };
  const [roof, floor] = Object.entries(floors).toSorted((a, b) => b[1] - a[1])[0] as [keyof typeof floors, number];
  return {
    kernel,
    shape,
    status: 'correct',
    timing: {
      microseconds: spread(microseconds),
      bytes,
      flops,
      gigabytesPerSecond: bytes / microseconds / 1e3,
      gigaflops: flops / microseconds / 1e3,
      roof,
      roofShare: floor / microseconds,
      rotatedBytes: bytes * 4,
    },
  };
}

const KERNELS: readonly KernelResult[] = [
  timed('linear/qkv', 'Q4_1 960x576, 1 row', 345_600, 1_105_920, 2.6),
  timed('linear/gate-up', 'Q4_1 3072x576, 1 row', 1_105_920, 3_538_944, 3.4),
  timed('linear/project', 'Q4_1 576x1536, 1 row', 552_960, 1_769_472, 2.9),
  timed('linear/project', 'Q4_1 2048x8192, 8 rows', 10_485_760, 268_435_456, 21.2),
  timed('linear/project', 'Q4_1 2048x8192, 512 rows', 27_262_976, 17_179_869_184, 2480),
  timed('linear/head', 'Q8_0 49152x576, 1 row', 30_081_024, 56_623_104, 46.8),
  timed('attention/decode-flash', '9 heads, 3 KV heads, 1024 tokens, f16', 786_432, 2_359_296, 4.4),
  timed('attention/decode-flash', '9 heads, 3 KV heads, 8000 tokens, f16', 6_144_000, 18_432_000, 12.1),
  timed('attention/flash-prefill', '9 heads, 512 rows, f16', 2_752_512, 301_989_888, 88),
  timed('attention/merge', '9 heads, 16 splits', 38_016, 20_736, 2.2),
  timed('norm/rms-norm', '576 columns, 1 row', 6912, 2304, 2.1),
  timed('norm/rms-norm', '2048 columns, 512 rows', 8_396_800, 4_194_304, 15.5),
  timed('elementwise/silu-mul', '1536 columns, 512 rows', 9_437_184, 6_291_456, 16.9),
  timed('elementwise/embed', '576 columns, 512 rows', 1_290_240, 0, 3.9),
  timed('sampling/sample', '49152 logits', 196_608, 393_216, 9.8),
  timed('decoding/advance', '1 row', 256, 0, 2),
  timed('weights/repack', 'Q4_1 1536x576', 1_105_920, 0, 7.7),
  {
    kernel: 'linear/project',
    shape: 'Q4_1 2048x2048, 64 rows, matrix units',
    status: 'unsupported',
    problem: 'chromium-experimental-subgroup-matrix',
  },
];

const WRONG: KernelResult = {
  kernel: 'norm/rms-norm',
  shape: '577 columns, 3 rows',
  status: 'wrong',
  problem: 'y[1153] is 0.4127, expected 0.4131 (tolerance 0.00002).',
};

/** Bins of a distribution with a long tail to the right. */
function latencies(p50: number): ModelResult['decode'][number]['latencies'] {
  const shares = [0.04, 0.18, 0.31, 0.22, 0.11, 0.06, 0.03, 0.02, 0.01, 0, 0.01, 0.01];
  const width = p50 * 0.06;
  return shares.map((share, index) => ({
    from: p50 * 0.87 + index * width,
    to: p50 * 0.87 + (index + 1) * width,
    share,
  }));
}

const decode = (history: number, tokensPerSecond: number): ModelResult['decode'][number] => {
  const p50 = 1000 / tokensPerSecond;
  return {
    history,
    filled: history > 1000,
    tokensPerSecond: spread(tokensPerSecond),
    millisecondsPerToken: { p50, p95: p50 * 1.22, p99: p50 * 1.46 },
    latencies: latencies(p50),
  };
};

const prefill = (tokens: number, tokensPerSecond: number): ModelResult['prefill'][number] => ({
  tokens,
  tokensPerSecond: spread(tokensPerSecond),
  timeToFirstTokenMilliseconds: spread((tokens / tokensPerSecond) * 1000),
});

const MODEL: ModelResult = {
  name: 'SmolLM2 135M Instruct',
  fileBytes: 98_362_432,
  cold: { loadMilliseconds: 1480, timeToFirstTokenMilliseconds: 62 },
  prefill: [prefill(128, 6100), prefill(512, 11_800), prefill(2048, 13_100)],
  decode: [decode(128, 488), decode(1024, 471), decode(4096, 398), decode(8000, 331)],
  tokenTime: {
    history: 1024,
    step: 2.1,
    encode: 0.18,
    gpu: 1.62,
    wait: 0.3,
    families: [
      { family: 'linear', dispatches: 120, milliseconds: 1.02 },
      { family: 'attention', dispatches: 60, milliseconds: 0.31 },
      { family: 'norm', dispatches: 61, milliseconds: 0.12 },
      { family: 'sampling', dispatches: 1, milliseconds: 0.05 },
      { family: 'decoding', dispatches: 1, milliseconds: 0.01 },
    ],
  },
  memory: { gpuWeights: 98_000_000, gpuCache: 46_080_000, gpuPeak: 161_000_000, javascript: 84_000_000 },
  report: scriptedReport({ model: 'scripted' }),
};

export interface FixtureOptions {
  readonly software?: boolean;
  readonly wrong?: boolean;
  readonly date?: string;
  readonly commit?: string;
  readonly settings?: Partial<BenchResult['settings']>;
}

/** A whole result; `settings` says which parts it has. */
export function benchFixture({
  software = false,
  wrong = false,
  date,
  commit,
  settings,
}: FixtureOptions = {}): BenchResult {
  const asked: BenchResult['settings'] = {
    parts: ['model', 'kernels'],
    prompts: [128, 512, 2048],
    histories: [128, 1024, 4096, 8000],
    decodeTokens: 64,
    runs: 5,
    kernels: '',
    ...settings,
  };
  return {
    format: 'winnow-bench',
    formatVersion: 1,
    date: date ?? '2026-11-24T16:22:00.000Z',
    environment: {
      version: '0.1.0',
      ...(commit !== undefined && { commit }),
      runtime: 'Chrome 156',
      platform: 'Linux',
      adapter: {
        vendor: 'example',
        architecture: 'scripted',
        device: '',
        description: 'Example GPU 4000 (scripted)',
        features: ['shader-f16', 'subgroups', 'timestamp-query'],
      },
      software,
      featuresDisabled: [],
    },
    settings: asked,
    roofs: ROOFS,
    ...(asked.parts.includes('model') && { model: MODEL }),
    ...(asked.parts.includes('kernels') && { kernels: wrong ? [...KERNELS, WRONG] : KERNELS }),
  };
}
