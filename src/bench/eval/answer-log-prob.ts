import { throwIfAborted } from '../../core/errors.ts';
import { ForcedSequence } from '../../engine/forced-sequence.ts';
import type { Runtime } from '../../engine/runtime.ts';
import { promptPhase, rowsToCut, type SequenceMethods } from '../../engine/sequence-methods.ts';
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
    const span = { promptEnd: 0, maxTokens: 1 };
    const sequence = await ForcedSequence.begin(runtime, { methods, span, seed });
    try {
      const { maxRows } = runtime.state.layout;
      const logProbs: number[] = [];
      const feed = async (rows: Parameters<ForcedSequence['feed']>[0]): Promise<void> => {
        throwIfAborted(signal);
        for (const { nll } of await sequence.feed(rows)) logProbs.push(-nll);
      };
      // oxlint-disable no-await-in-loop -- rows follow each other through one cache
      for (const [turn, ids] of prompts.entries()) {
        const last = turn === prompts.length - 1;
        span.promptEnd += ids.length;
        if (last) span.maxTokens = maxTokens;
        // As the next run of a conversation does: its methods are told of the new span.
        runtime.sequences.begin(sequence.lease);
        const before = span.promptEnd - ids.length;
        for (let from = 0, to; from < ids.length; from = to) {
          to = Math.min(ids.length, from + maxRows, from + rowsToCut(methods, before + from));
          const chunk = ids.slice(from, to);
          const ends = to === ids.length;
          await feed({
            ids: chunk,
            phase: promptPhase(methods, before + to, span.promptEnd),
            targets: chunk.map((_, row) => (last && ends && row === chunk.length - 1 ? answer[0] : undefined)),
          });
        }
      }
      for (let i = 0; i < answer.length - 1; i++)
        await feed({ ids: [answer[i]!], phase: 'decode', targets: [answer[i + 1]] });
      // oxlint-enable no-await-in-loop
      return logProbs;
    } finally {
      sequence.dispose();
    }
  });
