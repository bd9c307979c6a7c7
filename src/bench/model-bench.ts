/** How fast a model answers here: loading, prompts, decoding behind histories of several lengths. */

import { abortedError, MemoryError } from '../core/errors.ts';
import type { ConversationOptions, Engine, EngineOptions } from '../core/api.ts';
import { invariant } from '../core/invariant.ts';
import { Random } from '../core/rng.ts';
import { fillHistory } from '../engine/measure/fill-history.ts';
import { runtimeOf } from '../engine/engine.ts';
import { resolveMethods } from '../engine/memory/resolve-methods.ts';
import type { BenchHost } from './bench-host.ts';
import type { BenchProgress, BenchSettings, DecodeResult, ModelResult } from './bench-result.ts';
import { PassTimer } from './pass-timer.ts';
import { histogram, percentile, spread } from './statistics.ts';
import { measureTokenTime } from './token-time.ts';
import { unobserved } from './unobserved.ts';

/** Bins of the chart of latencies. */
const BINS = 30;
/** Tokens that arrive this close together were read back together, and share the time since the last read. */
const BURST_MS = 0.2;

export interface ModelBenchOptions {
  readonly engine: Omit<EngineOptions, 'onProgress' | 'signal'>;
  readonly settings: Pick<BenchSettings, 'prompts' | 'histories' | 'decodeTokens' | 'runs'>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: BenchProgress) => void;
}

/** One generation as its reader saw it. */
export interface MeasuredRun {
  readonly timeToFirstTokenMs: number;
  readonly tokensPerSecond: number;
  readonly cachedTokens: number;
  /** When each token arrived, milliseconds. */
  readonly arrivals: readonly number[];
}

/**
 * Loads the model, runs every prompt and history in turns and gives everything back. The first round warms up and is not
 * counted. Histories are made of random keys and values.
 * @throws MemoryError when the model's context is shorter than what is asked for; AbortedError
 */
export async function runModelBench(
  { createEngine, memory }: Pick<BenchHost, 'createEngine' | 'memory'>,
  { engine: engineOptions, settings, signal, onProgress }: ModelBenchOptions,
): Promise<ModelResult> {
  const { prompts, histories, decodeTokens, runs } = settings;
  const random = new Random(1);
  const note = (stage: BenchProgress['stage'], label: string, done: number): void =>
    onProgress?.({ stage, label, done, total: (runs + 1) * (prompts.length + histories.length) + 1 });
  const load = (context: number | undefined): Promise<Engine> =>
    createEngine({
      ...engineOptions,
      ...(context !== undefined && { context }),
      ...(signal && { signal }),
      onProgress: ({ stage, loadedBytes, totalBytes }) =>
        onProgress?.({ stage: 'load', label: stage, done: loadedBytes, total: totalBytes }),
    });
  note('load', 'loading the model', 0);
  const started = performance.now();
  let engine = await load(engineOptions.context);
  try {
    const loadMilliseconds = performance.now() - started;
    const idsOf = (count: number): number[] => Array.from({ length: count }, () => random.below(engine.model.vocab));
    const first = await measure(engine, idsOf(prompts[0] ?? 16), 1, signal);
    engine = await withRoom(engine, neededContext(settings), engineOptions.context, load);
    const prefill = prompts.map((tokens) => ({ tokens, ids: idsOf(tokens), runs: [] as MeasuredRun[] }));
    const decode = histories.map((history): DecodeRuns => ({ history, ids: idsOf(history + 1), runs: [], twins: [] }));
    const { cache } = resolveMethods(engineOptions, runtimeOf(engine).config);
    const twin = cache && unobserved(cache);
    let done = 0;
    // oxlint-disable no-await-in-loop -- runs must not share the GPU
    for (let round = 0; round <= runs; round++) {
      const when = round === 0 ? 'warming up' : `round ${round} of ${runs}`;
      for (const item of prefill) {
        note('model', `${when}: prompt of ${item.tokens}`, done++);
        const run = await measure(engine, item.ids, 1, signal);
        if (round > 0) item.runs.push(run);
      }
      for (const item of decode) {
        note('model', `${when}: decode after ${item.history}`, done++);
        // The two change places every round: what is measured second may find a warmer or a busier machine.
        const turns = [...(twin ? [{ runs: item.twins, cache: twin }] : []), { runs: item.runs }];
        for (const { runs: measured, ...methods } of round % 2 === 0 ? turns : turns.toReversed()) {
          const run = await decodeBehind(engine, methods, item.ids, decodeTokens, signal);
          if (round > 0) measured.push(run);
        }
      }
    }
    // oxlint-enable no-await-in-loop
    const decoded = decode.map(decodeResult);
    note('model', 'where the time of a token goes', done);
    const runtime = runtimeOf(engine);
    const timer = new PassTimer(runtime.gpu, signal);
    try {
      const { history, tokensPerSecond } = decoded[0]!;
      const tokenTime = await measureTokenTime(runtime, timer, {
        history,
        step: 1000 / tokensPerSecond.median,
        rounds: runs,
      });
      const report = await engine.report();
      return {
        name: engine.model.name,
        fileBytes: report.model.fileBytes,
        cold: { loadMilliseconds, timeToFirstTokenMilliseconds: first.timeToFirstTokenMs },
        prefill: prefill.map(({ tokens, runs: measured }) => ({
          tokens,
          tokensPerSecond: spread(measured.map(({ timeToFirstTokenMs }) => (1000 * tokens) / timeToFirstTokenMs)),
          timeToFirstTokenMilliseconds: spread(measured.map(({ timeToFirstTokenMs }) => timeToFirstTokenMs)),
        })),
        decode: decoded,
        tokenTime,
        memory: {
          gpuWeights: report.bytes.weights,
          gpuCache: report.bytes.cache,
          gpuPeak: report.bytes.peak,
          javascript: await memory(),
        },
        report,
      };
    } finally {
      timer.dispose();
    }
  } finally {
    await engine.dispose();
  }
}

/** Tokens that the longest run holds, those of the token-time measurement included. */
export const neededContext = ({
  prompts,
  histories,
  decodeTokens,
}: Pick<BenchSettings, 'prompts' | 'histories' | 'decodeTokens'>): number =>
  Math.max(
    ...prompts.map((tokens) => tokens + 1),
    ...histories.map((history) => history + decodeTokens + 2),
    (histories[0] ?? 0) + 64,
  );

/** The engine, or one with a longer context in its place. @throws MemoryError when the model cannot hold so much */
async function withRoom(
  engine: Engine,
  needed: number,
  asked: number | undefined,
  load: (context: number) => Promise<Engine>,
): Promise<Engine> {
  if (engine.model.context >= needed) return engine;
  const most = asked ?? runtimeOf(engine).config.contextLength;
  if (needed > most)
    throw new MemoryError({
      code: 'context-overflow',
      happened: `The longest run of the benchmark holds ${needed} tokens.`,
      expected: `At most ${most}, ${asked === undefined ? 'for which the model was trained' : 'the option context'}.`,
      todo: 'Ask for shorter prompts or histories, or for fewer decoded tokens.',
    });
  await engine.dispose();
  return load(needed);
}

async function decodeBehind(
  engine: Engine,
  methods: ConversationOptions,
  ids: readonly number[],
  decodeTokens: number,
  signal: AbortSignal | undefined,
): Promise<MeasuredRun> {
  const conversation = engine.conversation(methods);
  try {
    await fillHistory(conversation, ids.slice(0, -1));
    const run = await measure(conversation, ids, decodeTokens + 1, signal);
    invariant(run.cachedTokens === ids.length - 1, () => `${run.cachedTokens} of ${ids.length - 1} tokens were filled`);
    return run;
  } finally {
    await conversation.dispose();
  }
}

/** Runs a prompt and `maxTokens` new tokens; the first of them belongs to the prompt, each later one is a decode step. */
export async function measure(
  engine: Pick<Engine, 'generate'>,
  ids: readonly number[],
  maxTokens: number,
  signal: AbortSignal | undefined,
): Promise<MeasuredRun> {
  const generation = engine.generate(ids, { maxTokens, temperature: 0, ignoreEos: true, ...(signal && { signal }) });
  const arrivals: number[] = [];
  for await (const _ of generation) arrivals.push(performance.now());
  const { finish, timeToFirstTokenMs, tokensPerSecond, cachedTokens } = await generation.result;
  if (finish === 'abort') throw abortedError(signal?.reason);
  return { timeToFirstTokenMs, tokensPerSecond, cachedTokens, arrivals };
}

/** Milliseconds of each token after the first. Tokens read back together share the time since the read before. */
export function latenciesOf(arrivals: readonly number[]): number[] {
  const latencies: number[] = [];
  let last = arrivals[0]!;
  for (let i = 1; i < arrivals.length;) {
    let end = i + 1;
    while (end < arrivals.length && arrivals[end]! - arrivals[end - 1]! < BURST_MS) end++;
    const each = (arrivals[end - 1]! - last) / (end - i);
    for (; i < end; i++) latencies.push(each);
    last = arrivals[end - 1]!;
  }
  return latencies;
}

/** The runs behind one history, and those of the cache that observes nothing, round by round. */
interface DecodeRuns {
  readonly history: number;
  readonly ids: readonly number[];
  readonly runs: MeasuredRun[];
  readonly twins: MeasuredRun[];
}

function decodeResult({ history, runs, twins }: DecodeRuns): DecodeResult {
  const latencies = runs.flatMap(({ arrivals }) => latenciesOf(arrivals));
  return {
    history,
    filled: true,
    tokensPerSecond: spread(runs.map(({ tokensPerSecond }) => tokensPerSecond)),
    millisecondsPerToken: {
      p50: percentile(latencies, 50),
      p95: percentile(latencies, 95),
      p99: percentile(latencies, 99),
    },
    ...(twins.length > 0 && {
      observation: spread(runs.map(({ tokensPerSecond }, round) => twins[round]!.tokensPerSecond / tokensPerSecond)),
    }),
    latencies: histogram(latencies, BINS),
  };
}
