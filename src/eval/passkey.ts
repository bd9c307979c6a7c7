import { fitTurns, hide, turnsOf } from './context.ts';
import { cycle } from './prose.ts';
import { secretNumber } from './secrets.ts';
import type { CountTokens, EvalTurn, ReadySettings } from './task.ts';

const FILLER = [
  'The road runs on between the fields.',
  'The wind comes and goes.',
  'A cart passes, and the dust settles again.',
  'Nothing else happens here today.',
];

/** A number among the same few sentences over and over. */
export function passkeyTask(
  settings: ReadySettings,
  count: CountTokens,
): Promise<{ turns: readonly EvalTurn[]; tokens: number }> {
  const key = secretNumber(settings.random, '');
  const fact = { depth: settings.depth, text: `The pass key is ${key}. Remember it. ${key} is the pass key.` };
  const frame = {
    before: 'There is a pass key in a text that is otherwise of no importance. Find it and remember it.',
    after: 'Read this text. I will ask you about it afterwards.',
    question: 'What is the pass key? Answer with the number only.',
    answer: key,
  };
  return fitTurns(settings, count, (pieces) =>
    turnsOf(hide(cycle(FILLER, pieces), [fact]).join(' '), frame, settings.question),
  );
}
