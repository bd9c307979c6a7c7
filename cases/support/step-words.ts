import {
  LAYOUT_AT,
  layoutWords,
  LOGIT_ROW_WORDS,
  NO_PARENT,
  ROW_VALID,
  ROW_WORDS,
  SEQUENCE_WORDS,
  stepLayout,
  type StepLayout,
} from '../../src/kernels/step-layout.ts';

/** A row as a test states it; what is left out is 0, no parent, valid and without a target. */
export interface StepRow {
  readonly sequence: number;
  readonly position: number;
  readonly ordinal?: number;
  readonly token?: number;
  readonly valid?: boolean;
  readonly target?: number;
}

export interface StepContent {
  readonly layout: StepLayout;
  readonly rows: readonly StepRow[];
  /** The rows that have logits, by index. */
  readonly logitRows: readonly number[];
  readonly sequences: readonly Uint32Array[];
  readonly step?: number;
}

const NO_TARGET = 0xffffffff;

/** A layout for tests of kernels that do not touch the cache. */
export const smallLayout = (sizes: Partial<Parameters<typeof stepLayout>[0]> = {}): StepLayout =>
  stepLayout({ maxRows: 8, maxLogitRows: 8, maxSequences: 8, layers: 2, kvStride: 3, maxPages: 1, ...sizes });

/** The step state with this content; lengths and page table are 0. */
export function stepWords({ layout, rows, logitRows, sequences, step = 0 }: StepContent): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(layout.words);
  words.set([rows.length, logitRows.length, step, layout.maxSequences]);
  words.set(layoutWords(layout), LAYOUT_AT);
  rows.forEach(({ sequence, position, ordinal = 0, token = 0, valid = true, target = NO_TARGET }, i) =>
    words.set(
      [sequence, position, ordinal, token, NO_PARENT, valid ? ROW_VALID : 0, target],
      layout.rowsAt + i * ROW_WORDS,
    ),
  );
  logitRows.forEach((row, i) =>
    words.set([row, rows[row]!.sequence, rows[row]!.position], layout.logitRowsAt + i * LOGIT_ROW_WORDS),
  );
  sequences.forEach((sequence, i) => words.set(sequence, layout.sequencesAt + i * SEQUENCE_WORDS));
  return words;
}
