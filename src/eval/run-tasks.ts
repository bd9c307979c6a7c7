import type { Engine, MethodOptions } from '../core/api.ts';
import { aList, checkObject, checkValue } from '../core/check-options.ts';
import { throwIfAborted } from '../core/errors.ts';
import { resolveMethods } from '../engine/memory/resolve-methods.ts';
import { runtimeOf } from '../engine/engine.ts';
import { ask } from './ask.ts';
import type { EvalSetting } from './setting-text.ts';
import { feedAnswer } from './feed-answer.ts';
import { settingText } from './setting-text.ts';
import type { TaskResult, TaskRun } from './eval-result.ts';
import type { TaskSettings } from './task.ts';
import { idsOf, questionsOf } from './task-questions.ts';
import { buildGrid, isAnswer, TASK_DEFAULTS } from './tasks.ts';

export interface TaskOptions extends Omit<TaskSettings, 'tokens' | 'depth'> {
  /** Tokens of the messages. Default 512 and 1024. */
  readonly lengths?: readonly number[] | undefined;
  /** Where the fact lies, each from 0 to 1. Default five, evenly spaced. */
  readonly depths?: readonly number[] | undefined;
  /** Methods to judge, beside none. */
  readonly settings: readonly EvalSetting[];
  /** Most tokens of a reply; more where the answer itself is longer. Default 24. */
  readonly maxTokens?: number | undefined;
  /** Which point goes on (from 0), how many there are, and the share of it that is done. */
  readonly onProgress?: ((point: number, points: number, done: number) => void) | undefined;
  /** Told of each point as it ends: those stand, whatever becomes of the rest. */
  readonly onRun?: ((run: TaskRun) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the questions of a task at each length and depth, first without methods, then with each setting of them: whether the
 * reply holds the answer, and how likely the answer is, token by token. Replies are drawn greedily.
 * @throws UsageError for a task or settings that make no sense; MemoryError 'context-overflow'; AbortedError
 */
export async function runTasks(engine: Engine, options: TaskOptions): Promise<TaskResult> {
  const runtime = runtimeOf(engine);
  checkObject(options);
  const { lengths = TASK_DEFAULTS.lengths, depths = TASK_DEFAULTS.depths, settings, maxTokens = 24 } = options;
  for (const [name, value] of Object.entries({ lengths, depths, settings })) checkValue(name, value, aList);
  const { onProgress, onRun, signal, ...common } = options;
  const { task, seed = 0 } = common;
  const { tokenizer } = engine;
  const all = [{}, ...settings].map((setting) => {
    const methods = methodsOf(setting, runtime.kv);
    return { name: settingText(setting), methods, resolved: resolveMethods(methods, runtime.config) };
  });
  const count = async (text: string): Promise<number> => (await tokenizer.encode(text)).length;
  const tasks = await buildGrid(common, { tokens: lengths, depths }, count);
  const questions = [];
  for (const [i, made] of tasks.entries())
    for (const question of questionsOf(made)) {
      throwIfAborted(signal);
      // The grid goes through the depths of a length before it goes on to the next.
      const tokens = lengths[Math.floor(i / depths.length)]!;
      // oxlint-disable-next-line no-await-in-loop -- one tokenizer
      questions.push({ ...question, tokens, ids: await idsOf(question, tokenizer) });
    }
  const runs: TaskRun[] = [];
  const points = all.length * questions.length;
  for (const { name, methods, resolved } of all)
    for (const { ids, tokens, ...question } of questions) {
      const point = runs.length;
      onProgress?.(point, points, 0);
      const reply = { maxTokens: Math.max(maxTokens, ids.answer.length + 2), seed, signal };
      // oxlint-disable no-await-in-loop -- the points share one GPU
      const text = await ask(engine, question, { ...reply, methods });
      onProgress?.(point, points, 0.5);
      const { logProbs, kvBytesHeld, msPerToken } = await feedAnswer(runtime, ids, { ...reply, methods: resolved });
      // oxlint-enable no-await-in-loop
      const run: TaskRun = {
        setting: name,
        task,
        question: question.question,
        tokens,
        depth: question.depth,
        exact: isAnswer(question.answer, text),
        logProb: logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length,
        kvBytesHeld,
        ...(msPerToken !== undefined && { msPerToken }),
      };
      runs.push(run);
      onProgress?.(point, points, 1);
      onRun?.(run);
    }
  return { task, runs, report: await engine.report() };
}

/** What is not named is switched off, also where the engine has defaults. */
const methodsOf = (
  { cache = 'none', attention = 'none', kv }: EvalSetting,
  stored: NonNullable<MethodOptions['kv']>,
): MethodOptions => ({ cache, attention, kv: kv ?? stored });
