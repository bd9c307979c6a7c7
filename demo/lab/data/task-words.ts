import type { TaskName } from 'winnow-llm/eval/records';

/** What each task asks, in one sentence. */
export const TASK_WORDS: Readonly<Record<TaskName, string>> = {
  passkey: 'A number stands among the same few sentences over and over, and is asked for.',
  needle: 'A sentence with a number is hidden in real prose, and the number is asked for.',
  'kv-retrieval': 'The value of one key is asked for in a JSON object of random identifiers.',
  'two-turn':
    'Two numbers are hidden in prose, at opposite depths; one is asked for before the cache is cut, the other in the turn after.',
};
