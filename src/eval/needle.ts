import { fitTurns, hide, turnsOf, user } from './context.ts';
import { cycle, SAMPLE_PROSE, sentencesOf } from './prose.ts';
import { secretNumber, secretWord } from './secrets.ts';
import type { CountTokens, EvalTurn, ReadySettings } from './task.ts';

const INTRODUCTION = 'Read this text. A question about it follows.';
const INTRODUCTION_AFTER = 'Read this text. I will ask you about it afterwards.';

type Turns = Promise<{ turns: readonly EvalTurn[]; tokens: number }>;

/** A number or a word hidden in real prose. */
export function needleTask(settings: ReadySettings, count: CountTokens): Turns {
  const prose = settings.prose ?? SAMPLE_PROSE;
  const needle = needleOf('keeper of the lighthouse', settings, prose);
  const sentences = sentencesOf(prose);
  const frame = { before: INTRODUCTION, after: INTRODUCTION_AFTER, ...needle };
  return fitTurns(settings, count, (pieces) =>
    turnsOf(
      hide(cycle(sentences, pieces), [{ depth: settings.depth, text: needle.text }]).join(' '),
      frame,
      settings.question,
    ),
  );
}

/**
 * Two needles at opposite depths, one asked for in the prompt and one in the turn after it: a policy that keeps only what
 * the first question needs loses the second.
 */
export function twoTurnTask(settings: ReadySettings, count: CountTokens): Turns {
  const prose = settings.prose ?? SAMPLE_PROSE;
  const first = needleOf('keeper of the lighthouse', settings, prose);
  const second = needleOf('baker of the village', settings, `${prose} ${first.answer}`);
  const facts = [
    { depth: settings.depth, text: first.text },
    { depth: 1 - settings.depth, text: second.text },
  ];
  const sentences = sentencesOf(prose);
  return fitTurns(settings, count, (pieces) => [
    ...turnsOf(
      hide(cycle(sentences, pieces), facts).join(' '),
      { before: INTRODUCTION, after: INTRODUCTION_AFTER, ...first },
      'before',
    ),
    { messages: [user(second.question)], answer: second.answer, depth: 1 - settings.depth },
  ]);
}

function needleOf(
  owner: string,
  { secret, random }: ReadySettings,
  prose: string,
): { readonly text: string; readonly question: string; readonly answer: string } {
  const answer = secret === 'word' ? secretWord(random, prose) : secretNumber(random, prose);
  return {
    answer,
    text: `The secret ${secret} of the ${owner} is ${answer}.`,
    question: `What is the secret ${secret} of the ${owner}? Answer with the ${secret} only.`,
  };
}
