import { throwIfAborted } from '../../core/errors.ts';
import { ForcedSequence, type ForcedScore } from '../../engine/forced-sequence.ts';
import type { Runtime } from '../../engine/runtime.ts';
import type { SequenceMethods } from '../../engine/sequence-methods.ts';
import type { QuestionIds } from './task-questions.ts';

export interface AnswerOptions {
  readonly methods: SequenceMethods;
  /** New tokens that the model could have said: what changes from token to token goes by it. */
  readonly maxTokens: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The log-probability of each token of an answer, nats, where the prompts are read and cut one after the other as in a
 * conversation, and the answer is fed one token at a time. The engine does nothing else meanwhile.
 * @throws AbortedError; MemoryError when the cache cannot hold the ids
 */
export const answerLogProbs = (
  runtime: Runtime,
  { prompts, answer }: QuestionIds,
  { methods, maxTokens, seed, signal }: AnswerOptions,
): Promise<number[]> =>
  runtime.scheduler.exclusive(async () => {
    const sequence = await ForcedSequence.begin(runtime, { methods, span: { promptEnd: 0, maxTokens: 1 }, seed });
    try {
      const logProbs: number[] = [];
      const note = (scores: readonly ForcedScore[]): void => {
        for (const { nll } of scores) logProbs.push(-nll);
      };
      const onFed = (): void => throwIfAborted(signal);
      // oxlint-disable no-await-in-loop -- rows follow each other through one cache
      for (const [turn, ids] of prompts.entries()) {
        const last = turn === prompts.length - 1;
        onFed();
        sequence.next({ promptEnd: sequence.lease.length + ids.length, maxTokens: last ? maxTokens : 1 });
        note(await sequence.prompt(ids, { onFed, ...(last && { target: answer[0] }) }));
      }
      for (let i = 0; i < answer.length - 1; i++) {
        onFed();
        note(await sequence.feed({ ids: [answer[i]!], phase: 'decode', targets: [answer[i + 1]] }));
      }
      // oxlint-enable no-await-in-loop
      return logProbs;
    } finally {
      sequence.dispose();
    }
  });
