import { checkObject } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';
import type { TextMessage } from '../core/api.ts';
import { Random } from '../core/rng.ts';

export const TASK_NAMES = ['passkey', 'needle', 'kv-retrieval', 'two-turn'] as const;
export type TaskName = (typeof TASK_NAMES)[number];

/** Counts the tokens of a text. */
export type CountTokens = (text: string) => number | Promise<number>;

export interface TaskSettings {
  readonly task: TaskName;
  /** The most tokens of all messages together, the chat template's own not counted. */
  readonly tokens: number;
  /** Where in the context the fact lies that is asked for: 0 at its start, 1 at its end. */
  readonly depth: number;
  /** 'before': the question stands in the prompt that is compressed; 'after': in a turn of its own. Default 'before'. */
  readonly question?: 'before' | 'after';
  /** What a needle is. Default 'number'. */
  readonly secret?: 'number' | 'word';
  /** Real prose to hide needles in; a short one is repeated. Default: the opening of Moby-Dick (1851). */
  readonly prose?: string;
  /** Of the numbers, words and keys. Default 0. */
  readonly seed?: number;
}

/** One turn of a task. A cache that evicts is cut at the end of its messages. */
export interface EvalTurn {
  /** What is added to the conversation. */
  readonly messages: readonly TextMessage[];
  /** What the model should say then; undefined where it is not asked. The next turn's history holds this answer. */
  readonly answer: string | undefined;
  /** Where the fact of its answer lies, if elsewhere than the task says. */
  readonly depth?: number;
}

/** A question about a context, with its answer. The same settings and tokenizer give the same task. */
export interface EvalTask {
  readonly task: TaskName;
  readonly depth: number;
  readonly seed: number;
  readonly question: 'before' | 'after';
  /** Tokens of all messages, as counted. */
  readonly tokens: number;
  readonly turns: readonly EvalTurn[];
}

/** Checked settings, with the seeded generator of their facts. */
export type ReadySettings = Required<Omit<TaskSettings, 'prose'>> & {
  readonly prose: string | undefined;
  readonly random: Random;
};

const MOST_TOKENS = 2 ** 20;

/** @throws UsageError 'usage-option' naming the setting, its value and its range */
export function checkTask(settings: TaskSettings): ReadySettings {
  checkObject(settings);
  const { task, tokens, depth, question = 'before', secret = 'number', prose, seed = 0 } = settings;
  if (!TASK_NAMES.includes(task)) refuse('task', task, `One of ${TASK_NAMES.join(', ')}.`);
  if (!Number.isInteger(tokens) || tokens < 1 || tokens > MOST_TOKENS)
    refuse('tokens', tokens, `A whole number from 1 to ${MOST_TOKENS}.`);
  if (!(depth >= 0 && depth <= 1)) refuse('depth', depth, 'A number from 0 to 1.');
  if (question !== 'before' && question !== 'after') refuse('question', question, '"before" or "after".');
  if (question === 'after' && task === 'two-turn')
    refuse('question', question, 'The two-turn test asks once before and once after by itself: "before".');
  if (secret !== 'number' && secret !== 'word') refuse('secret', secret, '"number" or "word".');
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    refuse('seed', seed, 'A whole number from 0 to 2^32 - 1.');
  if (prose !== undefined && (typeof prose !== 'string' || prose.trim() === ''))
    refuse('prose', prose, 'A text of at least one sentence.');
  return { task, tokens, depth, question, secret, prose, seed, random: new Random(seed) };
}

/** The error of a task that its tokens have no room for. */
export const tooShort = (task: TaskName, tokens: number, least: number): UsageError =>
  new UsageError({
    code: 'usage-option',
    happened: `The task ${task} got ${tokens} tokens.`,
    expected: `Its question and one piece of context take ${least}.`,
    todo: 'Ask for more tokens.',
  });

function refuse(name: string, value: unknown, expected: string): never {
  throw new UsageError({
    code: 'usage-option',
    happened: `The task's ${name} is ${typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value)}.`,
    expected,
    todo: 'Correct it, or leave it out where it has a default.',
  });
}
