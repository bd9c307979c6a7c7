import type { EvalRecord } from 'winnow-llm/eval/records';

/** A result on the page. */
export interface Shown {
  readonly record: EvalRecord;
  /** The file's name; undefined for a run of this page. */
  readonly file?: string;
  /** The model's name in the address, where it has one; a file does not say. */
  readonly model?: string;
  /** The model is a file of this device, which no address can name. */
  readonly local?: boolean;
  /** Whether the run came to its end. Files are taken as they are. */
  readonly ended: 'yes' | 'running' | 'aborted' | 'failed';
}
