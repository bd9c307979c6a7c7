import type { TextMessage, TokenizerApi } from '../core/api.ts';
import { UsageError } from '../core/errors.ts';
import type { EvalTask } from './task.ts';

/** A question of a task, and all that is read before its answer. */
export interface TaskQuestion {
  /** Whether it stands in the first prompt, or in a turn after a cache was cut. */
  readonly question: 'before' | 'after';
  readonly depth: number;
  readonly answer: string;
  /** The chat at the end of each prompt; a cache that evicts is cut there. The last one ends with the question. */
  readonly prompts: readonly (readonly TextMessage[])[];
}

/** A question as token ids. */
export interface QuestionIds {
  /** What each prompt adds to what was read before. */
  readonly prompts: readonly (readonly number[])[];
  readonly answer: readonly number[];
}

/** The questions of a task in their order: one, or one for each turn that is asked something. */
export function questionsOf({ turns, depth }: EvalTask): TaskQuestion[] {
  const said: TextMessage[] = [];
  const prompts: (readonly TextMessage[])[] = [];
  const questions: TaskQuestion[] = [];
  for (const turn of turns) {
    const { messages, answer } = turn;
    const last = messages.at(-1)!;
    // A turn that asks nothing brings its own reply.
    const reply = last.role === 'assistant' ? last.content : answer!;
    said.push(...messages.filter((message) => message.role !== 'assistant'));
    prompts.push([...said]);
    if (answer !== undefined)
      questions.push({
        question: prompts.length === 1 ? 'before' : 'after',
        depth: turn.depth ?? depth,
        answer,
        prompts: [...prompts],
      });
    said.push({ role: 'assistant', content: reply });
  }
  return questions;
}

/**
 * The ids of a question through the model's chat template, each prompt tokenised as a conversation does it.
 * @throws UsageError 'usage-messages' where the model has no template, or one that writes earlier turns anew
 */
export async function idsOf({ prompts, answer }: TaskQuestion, tokenizer: TokenizerApi): Promise<QuestionIds> {
  const ids: number[][] = [];
  let before = '';
  for (const messages of prompts) {
    // oxlint-disable-next-line no-await-in-loop -- each needs the one before
    const { rendered } = await tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true });
    if (!rendered.startsWith(before))
      throw new UsageError({
        code: 'usage-messages',
        happened: "The model's chat template writes earlier turns anew once another follows.",
        expected: 'A question after the context goes on from a cache that holds what was read.',
        todo: 'Ask before the context: question "before".',
      });
    // oxlint-disable-next-line no-await-in-loop -- as above
    ids.push((await tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true, after: before })).ids);
    before = rendered;
  }
  return { prompts: ids, answer: await tokenizer.encode(answer) };
}
