import { fitTurns, turnsOf } from './context.ts';
import { uuid } from './secrets.ts';
import type { CountTokens, EvalTurn, ReadySettings } from './task.ts';

/** The value of one key of a JSON object of random identifiers. */
export function kvRetrievalTask(
  settings: ReadySettings,
  count: CountTokens,
): Promise<{ turns: readonly EvalTurn[]; tokens: number }> {
  const { random, depth } = settings;
  const [key, answer] = [uuid(random), uuid(random)];
  const others: string[] = [];
  const pairs = (n: number): string[] => {
    while (others.length < n - 1) others.push(pair(uuid(random), uuid(random)));
    const at = Math.round(depth * (n - 1));
    return [...others.slice(0, at), pair(key, answer), ...others.slice(at, n - 1)];
  };
  const frame = {
    before: 'Here is a JSON object. A question about one of its keys follows.',
    after: 'Here is a JSON object. I will ask you about one of its keys afterwards.',
    question: `What is the value of the key "${key}"? Answer with the value only.`,
    answer,
  };
  return fitTurns(settings, count, (n) => turnsOf(`{${pairs(n).join(',\n')}}`, frame, settings.question));
}

const pair = (key: string, value: string): string => `"${key}": "${value}"`;
