import type { BenchEnvironment } from '../bench-result.ts';
import type { EvalResult } from './eval-result.ts';

/** What was evaluated; enough to do it again, given the text. */
export interface EvalRecordSettings {
  /** The model's own name. */
  readonly model: string;
  readonly text: EvalText;
  readonly prefill: number;
  readonly decode: number;
  /** Settings as text; one without a size got each of the budgets. */
  readonly methods: readonly string[];
  readonly budgets: readonly number[];
  readonly seed: number;
  readonly mass: boolean;
}

/** The text that was fed. A long one is only described. */
export interface EvalText {
  /** A file's name, or what the text is called. */
  readonly name: string;
  readonly characters: number;
  readonly content?: string;
}

/** An evaluation with where it was done, as it is saved. */
export interface EvalRecord extends Omit<EvalResult, 'report'> {
  readonly format: 'winnow-eval';
  readonly formatVersion: 1;
  /** ISO 8601. */
  readonly date: string;
  readonly environment: BenchEnvironment;
  readonly settings: EvalRecordSettings;
}

/** How far an evaluation is. */
export interface EvalProgress {
  readonly stage: 'load' | 'dense' | 'methods';
  /** What goes on, in words. */
  readonly label: string;
  readonly done: number;
  readonly total: number;
}
