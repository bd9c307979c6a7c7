/** What a benchmark measured, as it is saved, opened again and compared: one JSON object, `format: 'winnow-bench'`. */

import type { AdapterReport, Report } from '../core/api.ts';

/** Of several interleaved runs. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** Where it ran; stands on every chart. */
export interface BenchEnvironment {
  /** Version of Winnow, and the commit it was built from where that is known. */
  readonly version: string;
  readonly commit?: string;
  /** 'Node 22.4.1, webgpu 0.6.2' or 'Chrome 156.0'. */
  readonly runtime: string;
  readonly platform: string;
  readonly adapter: AdapterReport;
  /** The adapter computes on the CPU: only ratios within one run mean anything. */
  readonly software: boolean;
  readonly featuresDisabled: readonly string[];
}

/** What was asked for; enough to ask for it again. */
export interface BenchSettings {
  readonly parts: readonly ('model' | 'kernels')[];
  /** Lengths of prompts of random ids. */
  readonly prompts: readonly number[];
  /** Lengths of history to decode after; the cache is filled with random keys and values, no prompt is run. */
  readonly histories: readonly number[];
  readonly decodeTokens: number;
  readonly runs: number;
  /** Only kernels whose name contains this text. */
  readonly kernels: string;
}

/** What the adapter itself can do, measured in the same run by kernels that do nothing else. */
export interface Roofs {
  /** Reading a buffer far larger than the caches, GB/s. */
  readonly stream: Spread;
  /** Independent f32 multiply-adds in registers, GFLOP/s (an add and a multiplication are two). */
  readonly multiplyAdd: Spread;
  /** One more dependent dispatch of one workgroup in a pass, microseconds. */
  readonly dispatch: Spread;
  /** A submit of one dispatch until its result is mapped, microseconds. */
  readonly roundTrip: Spread;
  /** Size of the buffer that was streamed. */
  readonly streamBytes: number;
}

/** One kernel at one shape: checked against its float64 reference, then timed. */
export interface KernelResult {
  readonly kernel: string;
  /** The shape in words, unique within the kernel: 'Q4_1 1536x576, 1 row'. */
  readonly shape: string;
  readonly status: 'correct' | 'wrong' | 'unsupported';
  /** The first element that differs, or the missing feature. */
  readonly problem?: string;
  /** Absent unless correct. */
  readonly timing?: KernelTiming;
}

export interface KernelTiming {
  readonly microseconds: Spread;
  /** Bytes that must be read and written at least once, and arithmetic, of one call. */
  readonly bytes: number;
  readonly flops: number;
  readonly gigabytesPerSecond: number;
  readonly gigaflops: number;
  /** The lowest of the three roofs for this shape, and its time over the measured one (1 = at the roof). */
  readonly roof: 'stream' | 'multiply-add' | 'launch';
  readonly roofShare: number;
  /** Bytes of all copies of the buffers that the calls went through in turn, so that caches do not flatter. */
  readonly rotatedBytes: number;
}

export interface DecodeResult {
  readonly history: number;
  /** The cache was filled with random keys and values instead of running a prompt. */
  readonly filled: boolean;
  readonly tokensPerSecond: Spread;
  readonly millisecondsPerToken: { readonly p50: number; readonly p95: number; readonly p99: number };
  /**
   * Time of a decode step over that of the same cache kept by position alone, per round: what it costs that the cache's
   * policy observes attention. Absent where it observes no decoded token.
   */
  readonly observation?: Spread;
  /** Share of tokens (of all runs) in each bin between `from` and `to` milliseconds. */
  readonly latencies: readonly { readonly from: number; readonly to: number; readonly share: number }[];
}

/** Where the time of one decode step goes, milliseconds. */
export interface TokenTime {
  readonly history: number;
  readonly step: number;
  /** CPU time of encoding and submitting it. */
  readonly encode: number;
  /** The GPU alone: steps replayed back to back. */
  readonly gpu: number;
  /** What is left of a token's time when it is read back: waiting for the map and delivery. */
  readonly wait: number;
  /** What the step saves without this family; families overlap, so they need not add up. */
  readonly families: readonly { readonly family: string; readonly dispatches: number; readonly milliseconds: number }[];
}

export interface ModelResult {
  readonly name: string;
  readonly fileBytes: number;
  /** createEngine until ready, then one token after the first prompt, with nothing compiled or tuned before in this process. */
  readonly cold: { readonly loadMilliseconds: number; readonly timeToFirstTokenMilliseconds: number };
  readonly prefill: readonly {
    readonly tokens: number;
    readonly tokensPerSecond: Spread;
    readonly timeToFirstTokenMilliseconds: Spread;
  }[];
  readonly decode: readonly DecodeResult[];
  readonly tokenTime: TokenTime;
  readonly memory: {
    readonly gpuWeights: number;
    readonly gpuCache: number;
    readonly gpuPeak: number;
    /** JavaScript heap and array buffers after the runs; null where the browser does not tell. */
    readonly javascript: number | null;
  };
  readonly report: Report;
}

export interface BenchResult {
  readonly format: 'winnow-bench';
  readonly formatVersion: 1;
  /** ISO 8601. */
  readonly date: string;
  readonly environment: BenchEnvironment;
  readonly settings: BenchSettings;
  readonly roofs?: Roofs;
  readonly model?: ModelResult;
  readonly kernels?: readonly KernelResult[];
}

export interface BenchProgress {
  readonly stage: 'roofs' | 'load' | 'model' | 'kernels';
  /** What is being measured, in words. */
  readonly label: string;
  readonly done: number;
  readonly total: number;
}
