import type { BatchRow } from '../core/batch.ts';
import { MemoryError, throwIfAborted, UsageError } from '../core/errors.ts';
import { Readback } from '../gpu/readback.ts';
import { Rest } from '../gpu/rest.ts';
import { OUTPUT_WORDS } from '../kernels/sampling/outputs.ts';
import { GENERATE_DEFAULTS, packSequence } from '../sampling/settings.ts';
import type { RowLogits, ScoreOptions, ScoreResult } from '../core/api.ts';
import { rowBucket } from './plans.ts';
import type { Runtime } from './runtime.ts';
import { createLease } from './sequences.ts';

/** Ids [start, end), whose targets from `firstTarget` on are scored. */
export interface ScoreWindow {
  readonly start: number;
  readonly end: number;
  readonly firstTarget: number;
}

/**
 * The windows of a sliding evaluation: window k begins at k * stride, is read from an empty cache, and scores the targets
 * that no earlier window scored.
 */
export function scoreWindows(count: number, context: number, stride: number): ScoreWindow[] {
  const windows: ScoreWindow[] = [];
  let scored = 1;
  for (let start = 0; scored < count; start += stride) {
    const end = Math.min(start + context, count);
    windows.push({ start, end, firstTarget: Math.max(scored, start + 1) });
    scored = end;
  }
  return windows;
}

/** Takes the logits [vocab] of a scored row; `position` is the row's, not its target's. */
export type LogitSink = (position: number, logits: Float32Array) => void;

/** Scores ids on a runtime. See `Engine.score`. @param onLogits gets the whole row of every scored target. */
export async function score(
  runtime: Runtime,
  ids: readonly number[],
  options: ScoreOptions = {},
  onLogits?: LogitSink,
): Promise<ScoreResult> {
  const { context = Math.min(ids.length, runtime.context), logits = [], top = 20, signal } = options;
  const stride = options.stride ?? Math.max(1, Math.floor(context / 2));
  checkOptions(runtime, ids, { context, stride, top });
  if (options.context === undefined && ids.length > runtime.context)
    throw new MemoryError({
      code: 'context-overflow',
      happened: `${ids.length} ids were to be scored in one window.`,
      expected: `A window holds at most ${runtime.context} ids, the engine's context.`,
      todo: 'Name a context (window length) and a stride, or create the engine with a larger context.',
    });
  const windows = scoreWindows(ids.length, context, stride);
  const wanted = logits.map((row) => (row < 0 ? ids.length + row : row));
  if (wanted.length > 0 && windows.length !== 1)
    throw optionError('logits', 'more than one window', 'Logits can be asked of one window only.');
  for (const row of wanted)
    if (!Number.isInteger(row) || row < 0 || row >= ids.length)
      throw optionError('logits', String(row), `Rows are integers from ${-ids.length} to ${ids.length - 1}.`);
  const nlls: number[] = [];
  const rows: RowLogits[] = [];
  for (const window of windows) {
    throwIfAborted(signal);
    // oxlint-disable-next-line no-await-in-loop -- one window after the other
    const scored = await runtime.scheduler.exclusive((readback) =>
      scoreWindow(runtime, readback, ids, window, { wanted: new Set(wanted), top, signal, onLogits }),
    );
    nlls.push(...scored.nlls);
    rows.push(...scored.rows);
  }
  const nll = nlls.length > 0 ? nlls.reduce((sum, value) => sum + value, 0) / nlls.length : 0;
  return {
    tokens: nlls.length,
    nll,
    perplexity: Math.exp(nll),
    nlls,
    logits: wanted.map((row) => rows.find(({ position }) => position === row)!),
  };
}

function checkOptions(
  runtime: Runtime,
  ids: readonly number[],
  { context, stride, top }: { context: number; stride: number; top: number },
): void {
  const { vocab } = runtime.config;
  if (ids.length === 0)
    throw new UsageError({
      code: 'usage-empty',
      happened: 'No ids were given to score.',
      expected: 'At least one id, two for one scored target.',
      todo: 'Pass the ids of a text.',
    });
  if (!Number.isInteger(context) || context < 1 || context > runtime.context)
    throw optionError(
      'context',
      String(context),
      `A window is an integer from 1 to the engine's context, ${runtime.context}.`,
    );
  if (context === 1 && ids.length > 1) throw optionError('context', '1', 'A window of one id has no target.');
  if (!Number.isInteger(stride) || stride < 1 || stride > context)
    throw optionError('stride', String(stride), `A stride is an integer from 1 to the window, ${context}.`);
  if (!Number.isInteger(top) || top < 1 || top > vocab)
    throw optionError('top', String(top), `It is an integer from 1 to the vocabulary, ${vocab}.`);
}

const optionError = (option: string, value: string, expected: string): UsageError =>
  new UsageError({
    code: 'usage-option',
    happened: `The option ${option} is ${value}.`,
    expected,
    todo: `Pass such a value, or leave ${option} out.`,
  });

interface WindowScore {
  readonly nlls: readonly number[];
  readonly rows: readonly RowLogits[];
}

/** Reads a window from an empty cache, in chunks whose rows all may have logits. */
async function scoreWindow(
  runtime: Runtime,
  readback: Readback,
  ids: readonly number[],
  { start, end, firstTarget }: ScoreWindow,
  {
    wanted,
    top,
    signal,
    onLogits,
  }: {
    readonly wanted: ReadonlySet<number>;
    readonly top: number;
    readonly signal: AbortSignal | undefined;
    readonly onLogits: LogitSink | undefined;
  },
): Promise<WindowScore> {
  const { sequences, state, plans, gpu, activations, outputs, ring, config } = runtime;
  const lease = createLease();
  const nlls: number[] = [];
  const rows: RowLogits[] = [];
  try {
    sequences.begin(lease);
    await sequences.reserve(lease, end - start, () => plans.clear());
    const chunkRows = Math.min(state.layout.maxRows, state.layout.maxLogitRows);
    const rest = new Rest();
    for (let from = start; from < end; from += chunkRows) {
      throwIfAborted(signal);
      const to = Math.min(end, from + chunkRows);
      const batch = Array.from({ length: to - from }, (_, i): BatchRow => {
        const at = from + i;
        const target = at + 1 < end && at + 1 >= firstTarget ? ids[at + 1]! : undefined;
        return {
          sequence: lease.sequence!,
          position: at - start,
          ordinal: i,
          token: ids[at]!,
          logits: target !== undefined || wanted.has(at),
          ...(target !== undefined && { target }),
        };
      });
      const logitRows = batch.filter((row) => row.logits);
      // oxlint-disable no-await-in-loop -- chunks follow each other through one cache
      const plan = await plans.for({
        rows: batch.length,
        logitRows: logitRows.length,
        length: to - start,
        tail: logitRows.length > 0 ? 'score' : 'none',
      });
      state.writeBatch({ rows: batch }, [
        {
          sequence: lease.sequence!,
          words: packSequence(
            { ...GENERATE_DEFAULTS, seed: 0 },
            { remaining: 1, stopIds: [], ignoreEos: true, rows: batch.length },
          ),
        },
      ]);
      lease.length += batch.length;
      const encoder = gpu.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      plan.encode(pass);
      pass.end();
      const stepBytes = state.layout.maxLogitRows * OUTPUT_WORDS * 4;
      const words = await readback.submit(
        encoder,
        [[outputs.buffer, (state.step++ % ring) * stepBytes, stepBytes]],
        (map) => rest.wait(rowBucket(batch.length), map),
      );
      const values = new Float32Array(words.buffer);
      for (const [i, row] of logitRows.entries()) {
        if (row.target !== undefined) nlls.push(values[i * OUTPUT_WORDS]!);
        const at = start + row.position;
        if (wanted.has(at) || (onLogits && row.target !== undefined)) {
          const logits = await readLogits(runtime, activations.logits.buffer, i * config.vocab, config.vocab);
          if (row.target !== undefined) onLogits?.(at, logits);
          if (!wanted.has(at)) continue;
          rows.push({ position: at, logsumexp: values[i * OUTPUT_WORDS + 1]!, top: highest(logits, top) });
        }
      }
      // oxlint-enable no-await-in-loop
    }
  } finally {
    sequences.release(lease);
  }
  return { nlls, rows };
}

async function readLogits({ gpu }: Runtime, buffer: GPUBuffer, from: number, count: number): Promise<Float32Array> {
  const staging = new Readback(gpu, count * 4, 1);
  try {
    return new Float32Array(
      (await staging.submit(gpu.device.createCommandEncoder(), [[buffer, from * 4, count * 4]])).buffer,
    );
  } finally {
    staging.dispose();
  }
}

/** The `count` highest logits with their ids, ties to the lower id. */
export function highest(logits: ArrayLike<number>, count: number): [number, number][] {
  return Array.from(logits, (logit, id): [number, number] => [id, logit])
    .toSorted((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, count);
}
