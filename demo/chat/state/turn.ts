import { signal, type Signal } from '@preact/signals';
import type { Problem } from '../../shared/problem.ts';
import type { MemoryCounts } from './memory-counts.ts';
import type { MethodTexts } from './method-settings.ts';

export interface Answer {
  readonly state: 'waiting' | 'streaming' | 'done' | 'length' | 'stopped' | 'failed';
  readonly text: string;
  readonly tokens: number;
  /** What was kept and read for it. */
  readonly methods?: MethodTexts;
  /** Measured by the engine; absent until the answer has ended. */
  readonly timeToFirstTokenMs?: number;
  readonly tokensPerSecond?: number;
  readonly promptTokens?: number;
  readonly cachedTokens?: number;
  readonly seed?: number;
  readonly problem?: Problem;
}

/** One of two answers to the same question. */
export interface Side {
  readonly methods: MethodTexts;
  readonly answer: Signal<Answer>;
  /** What its cache held at the end. */
  readonly memory: Signal<MemoryCounts | undefined>;
}
export type Comparison = readonly [Side, Side];

/** A question and its answer, which changes while it streams. */
export interface Turn {
  readonly id: number;
  readonly question: string;
  readonly answer: Signal<Answer>;
  /** The same question answered with two settings of methods. */
  readonly comparison: Signal<Comparison | undefined>;
}

export const EMPTY_ANSWER: Answer = { state: 'waiting', text: '', tokens: 0 };

let nextId = 1;

export const makeTurn = (question: string, answer: Answer = EMPTY_ANSWER): Turn => ({
  id: nextId++,
  question,
  answer: signal(answer),
  comparison: signal(undefined),
});
