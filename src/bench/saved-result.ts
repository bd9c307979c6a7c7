import type { BenchResult } from './bench-result.ts';
import { either, list, Mismatch, number, object, oneOf, optional, text, truth } from './checks.ts';

const spread = object({ median: number(), min: number(), max: number(), runs: number(1) });

/** Checks where something was measured. */
export const environment = object({
  version: text(),
  commit: optional(text()),
  runtime: text(),
  platform: text(),
  adapter: object({
    vendor: text(),
    architecture: text(),
    device: text(),
    description: text(),
    features: list(text(), 256),
  }),
  software: truth,
  featuresDisabled: list(text()),
});

const settings = object({
  parts: list(oneOf('model', 'kernels')),
  prompts: list(number()),
  histories: list(number()),
  decodeTokens: number(),
  runs: number(1),
  kernels: text(),
});

const kernel = object({
  kernel: text(),
  shape: text(),
  status: oneOf('correct', 'wrong', 'unsupported'),
  problem: optional(text(4000)),
  timing: optional(
    object({
      microseconds: spread,
      bytes: number(),
      flops: number(),
      gigabytesPerSecond: number(),
      gigaflops: number(),
      roof: oneOf('stream', 'multiply-add', 'launch'),
      roofShare: number(),
    }),
  ),
});

const model = object({
  name: text(),
  fileBytes: number(),
  cold: object({ loadMilliseconds: number(), timeToFirstTokenMilliseconds: number() }),
  prefill: list(object({ tokens: number(1), tokensPerSecond: spread, timeToFirstTokenMilliseconds: spread })),
  decode: list(
    object({
      history: number(),
      filled: truth,
      tokensPerSecond: spread,
      millisecondsPerToken: object({ p50: number(), p95: number(), p99: number() }),
      observation: optional(spread),
      latencies: list(object({ from: number(), to: number(), share: number() }), 1000),
    }),
  ),
  tokenTime: object({
    history: number(),
    step: number(),
    encode: number(),
    gpu: number(),
    wait: number(),
    // Skipping a family can seem to cost time where the clock is coarse.
    families: list(object({ family: text(), dispatches: number(), milliseconds: number(-1e6) })),
  }),
  memory: object({
    gpuWeights: number(),
    gpuCache: number(),
    gpuPeak: number(),
    javascript: either(number(), oneOf(null)),
  }),
  report: object({ featuresUsed: list(text()), perToken: object({ dispatches: number() }) }),
});

const result = object({
  format: oneOf('winnow-bench'),
  formatVersion: oneOf(1),
  date: text(64),
  environment,
  settings,
  roofs: optional(object({ stream: spread, multiplyAdd: spread, dispatch: spread, roundTrip: spread })),
  model: optional(model),
  kernels: optional(list(kernel, 5000)),
});

/**
 * Reads the text of a saved benchmark. It is untrusted: every field that is looked at later is checked.
 * @throws {Mismatch} naming the first field that is not what it should be
 */
export function parseResult(source: string): BenchResult {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new Mismatch('', 'JSON text', source);
  }
  object({ format: oneOf('winnow-bench') })(value, '');
  result(value, '');
  return value as BenchResult;
}
