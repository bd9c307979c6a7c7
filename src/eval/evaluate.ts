import type { Engine, MethodOptions } from '../core/api.ts';
import { aList, checkObject, checkValue } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';
import { checkIds } from '../engine/check-ids.ts';
import { resolveMethods } from '../engine/memory/resolve-methods.ts';
import { runtimeOf } from '../engine/engine.ts';
import { METHODS, parseSpec, type MethodSpec } from '../methods/index.ts';
import { LogitComparison } from '../bench/logit-comparison.ts';
import { standardError } from '../bench/statistics.ts';
import type { EvalResult, EvalRun } from './eval-result.ts';
import { forcedRun, type ForcedRun } from './forced-run.ts';
import { settingText, type EvalSetting } from './setting-text.ts';

export interface EvaluateOptions {
  /** prefill + decode + 1 of them are used. */
  readonly ids: readonly number[];
  /** Tokens that are read densely. Default 1024. */
  readonly prefill?: number | undefined;
  /** Tokens that are fed one at a time and scored. Default 512. */
  readonly decode?: number | undefined;
  readonly settings: readonly EvalSetting[];
  readonly mass?: boolean | undefined;
  readonly seed?: number | undefined;
  /** Which run goes on (0 = the dense one), how many there are, and the share of it that is done. */
  readonly onProgress?: ((run: number, runs: number, done: number) => void) | undefined;
  /** Told of the dense run as it ends. */
  readonly onDense?: ((dense: EvalResult['dense']) => void) | undefined;
  /** Told of each other run as it ends. */
  readonly onRun?: ((run: EvalRun) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What methods do to a text: each setting reads `prefill` ids densely, then is fed `decode` ids one at a time and scored on
 * what follows; its distributions are compared with those of dense attention on the same ids. Where a cache method does
 * not say `every`, it cuts after each token.
 * @throws UsageError for ids that are too few, or settings that make no sense; AbortedError
 */
export async function evaluate(engine: Engine, options: EvaluateOptions): Promise<EvalResult> {
  const runtime = runtimeOf(engine);
  checkObject(options);
  const { ids, prefill = 1024, decode = 512, settings, mass, seed, onProgress, onDense, onRun, signal } = options;
  checkIds(ids, runtime.config.vocab);
  checkValue('settings', settings, aList);
  checkLengths(ids, prefill, decode, runtime.context);
  const all = settings.map((setting) => resolveMethods(withEvery(setting), runtime.config));
  const runs = settings.length + 1;
  const reference: Float32Array[] = [];
  const progressOf = (run: number) => (fed: number) => onProgress?.(run, runs, fed / (prefill + decode));
  const common = { ids, prefill, decode, seed, signal };
  const dense = await forcedRun(runtime, {
    ...common,
    methods: { kv: runtime.kv },
    batched: true,
    onLogits: (logits) => reference.push(logits),
    onProgress: progressOf(0),
  });
  const denseNll = mean(dense.nlls);
  onDense?.({ nll: denseNll });
  const results: EvalRun[] = [];
  for (const [i, methods] of all.entries()) {
    const comparison = new LogitComparison();
    let row = 0;
    // oxlint-disable-next-line no-await-in-loop -- the runs share one GPU
    const run = await forcedRun(runtime, {
      ...common,
      methods,
      mass,
      onLogits: (logits) => comparison.add(reference[row++]!, logits),
      onProgress: progressOf(i + 1),
    });
    const result = describe(settingText(settings[i]!), run, dense.nlls, comparison);
    results.push(result);
    onRun?.(result);
  }
  return { dense: { nll: denseNll }, runs: results, report: await engine.report() };
}

function describe(setting: string, run: ForcedRun, denseNlls: readonly number[], comparison: LogitComparison): EvalRun {
  const differences = run.nlls.map((nll, row) => nll - denseNlls[row]!);
  const dnllError = standardError(differences);
  const { kl, klError, klP99, top1Agreement } = comparison.result;
  return {
    setting,
    nll: mean(run.nlls),
    dnll: mean(differences),
    ...(dnllError !== undefined && { dnllError }),
    kl,
    ...(klError !== undefined && { klError }),
    klP99,
    top1Agreement,
    ...(run.mass !== undefined && { mass: run.mass }),
    slotsReadPerToken: run.slotsReadPerToken,
    kvBytesHeld: run.kvBytesHeld,
    kvBytesReadPerToken: run.kvBytesReadPerToken,
    msPerToken: run.msPerToken,
  };
}

/** A cut after each token, unless the setting says otherwise: what is compared is what a budget keeps, not when it acts. */
function withEvery({ cache, attention, kv }: EvalSetting): MethodOptions {
  return {
    ...(cache !== undefined && { cache: cutAtOnce(parseSpec(cache)) }),
    ...(attention !== undefined && { attention }),
    ...(kv !== undefined && { kv }),
  };
}

/** With every=1 where the method has that parameter and does not say it. */
function cutAtOnce({ name, parameters }: MethodSpec): MethodSpec {
  const waits = METHODS.find((method) => method.name === name)?.parameters.some(({ key }) => key === 'every');
  return { name, parameters: waits ? { every: 1, ...parameters } : parameters };
}

function checkLengths(ids: readonly number[], prefill: number, decode: number, context: number): void {
  const refuse = (happened: string, expected: string): never => {
    throw new UsageError({ code: 'usage-option', happened, expected, todo: 'Pass other lengths, or a longer text.' });
  };
  for (const [name, value] of [
    ['prefill', prefill],
    ['decode', decode],
  ] as const)
    if (!Number.isInteger(value) || value < 1) refuse(`The option ${name} is ${value}.`, 'An integer of at least 1.');
  if (ids.length < prefill + decode + 1)
    refuse(
      `There are ${ids.length} ids.`,
      `${prefill} to read, ${decode} to feed and one more to score the last on: ${prefill + decode + 1}.`,
    );
  if (prefill + decode > context)
    refuse(`${prefill} and ${decode} tokens were to be evaluated.`, `The engine's context holds ${context}.`);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
