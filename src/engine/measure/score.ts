import { MemoryError, throwIfAborted, UsageError } from '../../core/errors.ts';
import type { RowLogits, ScoreOptions, ScoreResult } from '../../core/api.ts';
import type { Runtime } from '../runtime.ts';
import { ForcedSequence } from './forced-sequence.ts';

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
    const scored = await runtime.scheduler.exclusive(() =>
      scoreWindow(runtime, ids, window, { wanted: new Set(wanted), top, signal, onLogits }),
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
  const nlls: number[] = [];
  const rows: RowLogits[] = [];
  const sequence = await ForcedSequence.begin(runtime, {
    methods: { kv: runtime.kv },
    span: { promptEnd: end - start, maxTokens: 1 },
  });
  try {
    const chunkRows = sequence.mostRows;
    for (let from = start; from < end; from += chunkRows) {
      throwIfAborted(signal);
      const places = Array.from({ length: Math.min(end, from + chunkRows) - from }, (_, i) => from + i);
      const targets = places.map((at) => (at + 1 < end && at + 1 >= firstTarget ? ids[at + 1] : undefined));
      // oxlint-disable-next-line no-await-in-loop -- chunks follow each other through one cache
      const scored = await sequence.feed({
        ids: places.map((at) => ids[at]!),
        phase: 'prompt',
        targets,
        wanted: places.map((at) => wanted.has(at)),
        logits: onLogits !== undefined || places.some((at) => wanted.has(at)),
      });
      for (const { row, nll, logSumExp, logits } of scored) {
        const at = places[row]!;
        if (targets[row] !== undefined) {
          nlls.push(nll);
          onLogits?.(at, logits!);
        }
        if (wanted.has(at)) rows.push({ position: at - start, logsumexp: logSumExp, top: highest(logits!, top) });
      }
    }
  } finally {
    sequence.dispose();
  }
  return { nlls, rows };
}

/** The `count` highest logits with their ids, ties to the lower id. */
export function highest(logits: ArrayLike<number>, count: number): [number, number][] {
  return Array.from(logits, (logit, id): [number, number] => [id, logit])
    .toSorted((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, count);
}
