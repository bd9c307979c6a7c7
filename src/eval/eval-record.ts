import type { BenchEnvironment } from '../bench/bench-result.ts';
import type { EvalResult, TaskRun } from './eval-result.ts';
import type { TaskName } from './task.ts';

/** Which methods are evaluated. */
export interface MethodsAsked {
  /** Settings as text; one without a size gets each of the budgets. */
  readonly methods: readonly string[];
  readonly budgets: readonly number[];
  /** Of what methods draw, and of the facts of a task. */
  readonly seed: number;
}

/** Continuation loss: a text is read, and its tokens are scored. */
export interface LossAsked extends MethodsAsked {
  readonly text: EvalText;
  readonly prefill: number;
  readonly decode: number;
  readonly mass: boolean;
}

/** A retrieval task: questions about contexts of each length, with the fact at each depth. */
export interface TaskAsked extends MethodsAsked {
  readonly task: TaskName;
  readonly lengths: readonly number[];
  readonly depths: readonly number[];
  readonly question: 'before' | 'after';
}

/** The text that was fed. A long one is only described. */
export interface EvalText {
  /** A file's name, or what the text is called. */
  readonly name: string;
  readonly characters: number;
  readonly content?: string;
}

/** What every saved evaluation says: when and where it was done. */
export interface RecordHead {
  readonly format: 'winnow-eval';
  readonly formatVersion: 1;
  /** ISO 8601. */
  readonly date: string;
  readonly environment: BenchEnvironment;
}

/** What was evaluated, with the model's own name; enough to do it again, given the text. */
type Done<Asked> = Asked & { readonly model: string };

/** Continuation losses as they are saved. */
export interface LossRecord extends RecordHead, Omit<EvalResult, 'report'> {
  readonly kind: 'loss';
  readonly settings: Done<LossAsked>;
}

/** The answers to a task's questions as they are saved. */
export interface TaskRecord extends RecordHead {
  readonly kind: 'task';
  readonly settings: Done<TaskAsked>;
  /** Of each setting in turn, 'dense' first. */
  readonly runs: readonly TaskRun[];
}

/** An evaluation with where it was done, as it is saved. */
export type EvalRecord = LossRecord | TaskRecord;

/** What can be evaluated. */
export type EvalWork =
  | { readonly kind: 'loss'; readonly text: string; readonly settings: LossAsked }
  | { readonly kind: 'task'; readonly settings: TaskAsked };

/** How far an evaluation is. */
export interface EvalProgress {
  readonly stage: 'load' | 'dense' | 'methods';
  /** What goes on, in words. */
  readonly label: string;
  readonly done: number;
  readonly total: number;
}
