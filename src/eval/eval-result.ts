import type { Report } from '../core/api.ts';
import type { TaskName } from './task.ts';

/** What one setting of methods did to a text, and what it cost. Losses and divergences are in nats per token. */
export interface EvalRun {
  /** The methods as text, such as `h2o:budget=170,sinks=4,recent=64`. */
  readonly setting: string;
  readonly nll: number;
  /** nll less that of the dense run. */
  readonly dnll: number;
  /** Standard error of dnll: of the mean of differences token by token. Absent for a single token. */
  readonly dnllError?: number;
  /** Mean of KL(dense || method), and the value that 99 of 100 tokens do not exceed. */
  readonly kl: number;
  /** Standard error of kl; absent for a single token. */
  readonly klError?: number;
  readonly klP99: number;
  /** Share of tokens for which both find the same token likeliest. */
  readonly top1Agreement: number;
  /** Share of the attention over all past tokens that fell on what was read; only where it was asked for. */
  readonly mass?: number;
  /** Slots that a decoded token read, mean over tokens, layers and KV heads. */
  readonly slotsReadPerToken: number;
  readonly kvBytesHeld: number;
  readonly kvBytesReadPerToken: number;
  /** Feeding and scoring one token, median. */
  readonly msPerToken: number;
}

/** What `winnow eval` prints. */
export interface EvalResult {
  readonly dense: { readonly nll: number };
  readonly runs: readonly EvalRun[];
  readonly report?: Report;
}

/** What became of one question of a task. */
export interface TaskRun {
  /** The methods as text; 'dense' for none. */
  readonly setting: string;
  readonly task: TaskName;
  /** 'before': it stood in the prompt that was compressed; 'after': it came in a later turn. */
  readonly question: 'before' | 'after';
  /** Tokens of the messages, as asked. */
  readonly tokens: number;
  readonly depth: number;
  /** Whether the reply holds the answer. */
  readonly exact: boolean;
  /** Mean log-probability of the answer's tokens, nats. */
  readonly logProb: number;
  /** Pages of the cache behind the answer; absent in files of older versions. */
  readonly kvBytesHeld?: number;
  /** Feeding and scoring one token of the answer, median; absent where it has a single one. */
  readonly msPerToken?: number;
}

/** What `winnow eval --task` prints. */
export interface TaskResult {
  readonly task: TaskName;
  /** Of each setting in turn, 'dense' first. */
  readonly runs: readonly TaskRun[];
  readonly report?: Report;
}
