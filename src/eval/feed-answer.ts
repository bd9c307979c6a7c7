import { throwIfAborted } from '../core/errors.ts';
import { ForcedSequence, type ForcedScore } from '../engine/measure/forced-sequence.ts';
import type { Runtime } from '../engine/runtime.ts';
import type { SequenceMethods } from '../engine/memory/sequence-methods.ts';
import { spread } from '../bench/statistics.ts';
import type { QuestionIds } from './task-questions.ts';

export interface AnswerOptions {
  readonly methods: SequenceMethods;
  /** New tokens that the model could have said: what changes from token to token goes by it. */
  readonly maxTokens: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** How likely an answer was, and what it took. */
export interface FedAnswer {
  /** Of each token, nats. */
  readonly logProbs: readonly number[];
  /** Pages of the cache at the end. */
  readonly kvBytesHeld: number;
  /** Median over the tokens that were fed; undefined where the answer is a single one. */
  readonly msPerToken: number | undefined;
}

/**
 * Reads and cuts the prompts one after the other as in a conversation, then feeds the answer one token at a time. The
 * engine does nothing else meanwhile.
 * @throws AbortedError; MemoryError when the cache cannot hold the ids
 */
export const feedAnswer = (
  runtime: Runtime,
  { prompts, answer }: QuestionIds,
  { methods, maxTokens, seed, signal }: AnswerOptions,
): Promise<FedAnswer> =>
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
        await sequence.next({ promptEnd: sequence.lease.length + ids.length, maxTokens: last ? maxTokens : 1 });
        note(await sequence.prompt(ids, { onFed, ...(last && { target: answer[0] }) }));
      }
      const times: number[] = [];
      for (let i = 0; i < answer.length - 1; i++) {
        onFed();
        const started = performance.now();
        note(await sequence.feed({ ids: [answer[i]!], phase: 'decode', targets: [answer[i + 1]] }));
        times.push(performance.now() - started);
      }
      // oxlint-enable no-await-in-loop
      return {
        logProbs,
        kvBytesHeld: runtime.sequences.bytesOf(sequence.lease),
        msPerToken: times.length === 0 ? undefined : spread(times).median,
      };
    } finally {
      sequence.dispose();
    }
  });
