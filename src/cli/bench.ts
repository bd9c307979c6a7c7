/** `winnow bench`: how fast a model runs here. */

import { abortedError } from '../core/errors.ts';
import { Random } from '../core/rng.ts';
import type { Engine, Report } from '../core/api.ts';
import { withCommonOptions, type CommonOptions } from './common-options.ts';
import { mebibytes, table } from './format.ts';
import { wholeNumber, wholeNumbers } from './option-values.ts';
import { printJson, withEngine, type AddCommand } from './session.ts';
import { percentile, spread, type Spread } from './statistics.ts';
import type { Terminal } from './terminal.ts';

interface BenchFlags extends CommonOptions {
  readonly prompt: readonly number[];
  readonly decode: number;
  readonly repeat: number;
}

/** One generation: a prompt of random ids, then so many decode steps. */
interface Run {
  readonly timeToFirstTokenMs: number;
  readonly tokensPerSecond: number;
  /** Between one token's arrival and the next. */
  readonly gapsMs: readonly number[];
}

export interface BenchResult {
  readonly adapter: Pick<Report['adapter'], 'vendor' | 'architecture' | 'description' | 'features'>;
  readonly prefill: readonly {
    readonly tokens: number;
    readonly tokensPerSecond: Spread;
    readonly timeToFirstTokenMs: Spread;
  }[];
  readonly decode: readonly {
    readonly history: number;
    readonly tokens: number;
    readonly tokensPerSecond: Spread;
    readonly msPerToken: { readonly p50: number; readonly p95: number; readonly p99: number };
  }[];
  readonly perToken: Report['perToken'];
  readonly gpuBytes: { readonly weights: number; readonly cache: number; readonly peak: number };
}

export const addBench: AddCommand = (program, context) => {
  const { terminal } = context;
  withCommonOptions(program.command('bench').argument('<model>', 'path, URL or name of the model'))
    .description('measure prefill and decode')
    .option('--prompt <tokens>', 'lengths of the prompts', wholeNumbers('--prompt', 1), [128, 512])
    .option('--decode <tokens>', 'tokens to decode after each prompt', wholeNumber('--decode', 1), 64)
    .option('--repeat <n>', 'measured runs of each prompt', wholeNumber('--repeat', 1, 1000), 5)
    .action(async (model: string, flags: BenchFlags) => {
      const needed = Math.max(...flags.prompt) + flags.decode + 1;
      await withEngine(context, model, { ...flags, context: flags.context ?? needed }, async ({ engine, signal }) => {
        const result = await runBench(engine, flags, signal, terminal);
        if (flags.json) printJson(terminal, result);
        else terminal.out(formatBench(result));
      });
    });
};

/** Runs the prompts one after the other, round after round, so that a slow moment meets all of them; the first round is not measured. */
export async function runBench(
  engine: Engine,
  { prompt, decode, repeat }: Pick<BenchFlags, 'prompt' | 'decode' | 'repeat'>,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<BenchResult> {
  const random = new Random(1);
  const cases = prompt.map((tokens) => ({
    tokens,
    ids: Array.from({ length: tokens }, () => random.below(engine.model.vocab)),
    runs: [] as Run[],
  }));
  for (let round = 0; round <= repeat; round++) {
    terminal.err(round === 0 ? 'warming up\n' : `round ${round} of ${repeat}\n`);
    for (const { ids, runs } of cases) {
      // Runs must not share the GPU.
      // oxlint-disable-next-line no-await-in-loop
      const run = await measure(engine, ids, decode, signal);
      if (round > 0) runs.push(run);
    }
  }
  const { adapter, perToken, bytes } = await engine.report();
  const { vendor, architecture, description, features } = adapter;
  return {
    adapter: { vendor, architecture, description, features },
    prefill: cases.map(({ tokens, runs }) => ({
      tokens,
      tokensPerSecond: spread(runs.map(({ timeToFirstTokenMs }) => (1000 * tokens) / timeToFirstTokenMs)),
      timeToFirstTokenMs: spread(runs.map(({ timeToFirstTokenMs }) => timeToFirstTokenMs)),
    })),
    decode: cases.map(({ tokens, runs }) => {
      const gaps = runs.flatMap(({ gapsMs }) => gapsMs);
      return {
        history: tokens,
        tokens: decode,
        tokensPerSecond: spread(runs.map(({ tokensPerSecond }) => tokensPerSecond)),
        msPerToken: { p50: percentile(gaps, 50), p95: percentile(gaps, 95), p99: percentile(gaps, 99) },
      };
    }),
    perToken,
    gpuBytes: { weights: bytes.weights, cache: bytes.cache, peak: bytes.peak },
  };
}

async function measure(engine: Engine, ids: readonly number[], decode: number, signal: AbortSignal): Promise<Run> {
  // The first new token belongs to the prompt; every later one is a decode step.
  const generation = engine.generate(ids, { maxTokens: decode + 1, temperature: 0, ignoreEos: true, signal });
  const gapsMs: number[] = [];
  let last: number | undefined;
  for await (const _ of generation) {
    const now = performance.now();
    if (last !== undefined) gapsMs.push(now - last);
    last = now;
  }
  const { finish, timeToFirstTokenMs, tokensPerSecond } = await generation.result;
  if (finish === 'abort') throw abortedError(signal.reason);
  return { timeToFirstTokenMs, tokensPerSecond, gapsMs };
}

const spreadText = ({ median, min, max }: Spread, unit: string): string =>
  `${median.toFixed(1)} ${unit} (${min.toFixed(1)} to ${max.toFixed(1)})`;

/** A benchmark as a table of text. */
export function formatBench({ adapter, prefill, decode, perToken, gpuBytes }: BenchResult): string {
  return table([
    ['adapter', [adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(', ')],
    ...prefill.map(
      ({ tokens, tokensPerSecond, timeToFirstTokenMs }) =>
        [
          `prefill ${tokens}`,
          `${spreadText(tokensPerSecond, 'tokens/s')}, first token after ${spreadText(timeToFirstTokenMs, 'ms')}`,
        ] as const,
    ),
    ...decode.map(
      ({ history, tokens, tokensPerSecond, msPerToken: { p50, p95, p99 } }) =>
        [
          `decode ${tokens} after ${history}`,
          `${spreadText(tokensPerSecond, 'tokens/s')}, ms per token: p50 ${p50.toFixed(2)}, p95 ${p95.toFixed(2)}, p99 ${p99.toFixed(2)}`,
        ] as const,
    ),
    [
      'per token',
      `${perToken.dispatches} dispatches (${perToken.dispatchesPerLayer} a layer), ${perToken.bytesWritten} bytes written`,
    ],
    [
      'GPU memory',
      `weights ${mebibytes(gpuBytes.weights)}, cache ${mebibytes(gpuBytes.cache)}, peak ${mebibytes(gpuBytes.peak)}`,
    ],
  ]);
}
