import type { Engine, MethodOptions } from '../core/api.ts';
import { abortedError } from '../core/errors.ts';
import { invariant } from '../core/invariant.ts';
import type { TaskQuestion } from './task-questions.ts';

export interface AskOptions {
  readonly methods: MethodOptions;
  readonly maxTokens: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** The likeliest token each time, whatever the model's own defaults are. */
const GREEDY = { temperature: 0, repetitionPenalty: 1, presencePenalty: 0, frequencyPenalty: 0 } as const;

/**
 * What the model replies to a question in a conversation with these methods. Earlier prompts are read and cut first, so
 * that the last one meets what they left.
 * @throws AbortedError; MemoryError 'context-overflow' for a prompt that the engine's context has no room for
 */
export async function ask(
  engine: Engine,
  { prompts }: Pick<TaskQuestion, 'prompts'>,
  { methods, maxTokens, seed, signal }: AskOptions,
): Promise<string> {
  const conversation = engine.conversation({ ...methods, ...GREEDY, seed });
  try {
    let read = 0;
    let text = '';
    for (const [i, messages] of prompts.entries()) {
      // One token ends an earlier turn: the history goes on with what the task says, not with what the model would.
      const asked = i === prompts.length - 1;
      // oxlint-disable-next-line no-await-in-loop -- a turn follows the other
      const result = await conversation.chat(messages, { maxTokens: asked ? maxTokens : 1, ...(signal && { signal }) })
        .result;
      if (result.finish === 'abort') throw abortedError();
      invariant(result.cachedTokens === read, () => `a turn found ${result.cachedTokens} tokens cached, not ${read}`);
      ({ promptTokens: read, text } = result);
    }
    return text;
  } finally {
    await conversation.dispose();
  }
}
