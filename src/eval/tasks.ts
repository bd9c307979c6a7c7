/** Retrieval tasks: a fact at a depth of a context of a length, a question, the answer. No engine is needed to make them. */

import { kvRetrievalTask } from './kv-retrieval.ts';
import { needleTask, twoTurnTask } from './needle.ts';
import { passkeyTask } from './passkey.ts';
import { checkTask, type CountTokens, type EvalTask, type TaskName, type TaskSettings } from './task.ts';

const BUILDERS = {
  passkey: passkeyTask,
  needle: needleTask,
  'kv-retrieval': kvRetrievalTask,
  'two-turn': twoTurnTask,
} satisfies Record<TaskName, unknown>;

/**
 * Builds a task with the longest context that its tokens have room for.
 * @param count counts the tokens of a text with the model's own tokenizer
 * @throws UsageError 'usage-option' for settings out of range, or too few tokens
 */
export async function buildTask(settings: TaskSettings, count: CountTokens): Promise<EvalTask> {
  const ready = checkTask(settings);
  const { task, depth, seed, question } = ready;
  const { turns, tokens } = await BUILDERS[task](ready, count);
  return { task, depth, seed, question, tokens, turns };
}

/** `n` depths from 0 to 1, evenly spaced; one alone lies in the middle. */
export const depths = (n: number): number[] => (n === 1 ? [0.5] : Array.from({ length: n }, (_, i) => i / (n - 1)));

/** What is asked where nothing else is said. */
export const TASK_DEFAULTS = { lengths: [512, 1024], depths: depths(5), question: 'before', seed: 0 } as const;

/** What a context holds beside a task's messages: the template's own tokens, the first turn's reply, the answer. */
const BESIDE = 256;

/** The context that an engine needs for messages of these lengths. */
export const contextFor = (lengths: readonly number[]): number => Math.max(...lengths) + BESIDE;

/**
 * Tasks by length and depth, each with facts of its own.
 * @param settings what they have in common; task i of the grid has the seed `seed + i`
 */
export async function buildGrid(
  settings: Omit<TaskSettings, 'tokens' | 'depth'>,
  grid: { readonly tokens: readonly number[]; readonly depths: readonly number[] },
  count: CountTokens,
): Promise<EvalTask[]> {
  const tasks: EvalTask[] = [];
  for (const tokens of grid.tokens)
    for (const depth of grid.depths)
      tasks.push(await buildTask({ ...settings, tokens, depth, seed: (settings.seed ?? 0) + tasks.length }, count));
  return tasks;
}

/** Whether a reply holds the answer as a word of its own, in letters of any size. */
export function isAnswer(answer: string, reply: string): boolean {
  const escaped = answer.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'iu').test(reply);
}
