import {
  HeaderWord,
  LAYOUT_AT,
  layoutWords,
  LOGIT_ROW_WORDS,
  NO_PARENT,
  NO_TARGET,
  ROW_DECODE,
  ROW_VALID,
  rowAt,
  rowListAt,
  SEQUENCE_WORDS,
  spanAt,
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
  /** Of a row of a draft tree: the ordinal of its parent, and the ordinals that it sees. */
  readonly parent?: number;
  readonly ancestors?: readonly number[];
  readonly decode?: boolean;
}

export interface StepContent {
  readonly layout: StepLayout;
  readonly rows: readonly StepRow[];
  /** The rows that have logits, by index. */
  readonly logitRows: readonly number[];
  readonly sequences: readonly Uint32Array[];
  /** Rows of each sequence, where they are not its valid rows. */
  readonly spans?: readonly number[];
  readonly step?: number;
}

/** A layout for tests of kernels that do not touch the cache. */
export const smallLayout = (sizes: Partial<Parameters<typeof stepLayout>[0]> = {}): StepLayout =>
  stepLayout({ maxRows: 8, maxLogitRows: 8, maxSequences: 8, layers: 2, kvStride: 3, maxPages: 1, ...sizes });

/**
 * The step state with this content; lengths and page table are 0. A sequence's span has its valid rows, or as many as
 * `spans` says.
 */
export function stepWords({
  layout,
  rows,
  logitRows,
  sequences,
  spans,
  step = 0,
}: StepContent): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(layout.words);
  words[HeaderWord.logitRows] = logitRows.length;
  words[HeaderWord.step] = step;
  words[HeaderWord.room] = layout.maxSequences;
  words.set(layoutWords(layout), LAYOUT_AT);
  setRows(words, layout, 0, rows, spans);
  logitRows.forEach((row, i) =>
    words.set(
      [row, rows[row]!.sequence, rows[row]!.position, rows[row]!.target ?? NO_TARGET],
      layout.logitRowsAt + i * LOGIT_ROW_WORDS,
    ),
  );
  sequences.forEach((sequence, i) => words.set(sequence, layout.sequencesAt + i * SEQUENCE_WORDS));
  return words;
}

/** The two words of a row that say which ordinals it sees. */
export function ancestorBits(ordinals: readonly number[]): [number, number] {
  const words: [number, number] = [0, 0];
  for (const ordinal of ordinals) words[ordinal >> 5]! |= 1 << (ordinal & 31);
  return [words[0] >>> 0, words[1] >>> 0];
}

/** Writes a list of rows, and the spans of the sequences in it. */
export function setRows(
  words: Uint32Array<ArrayBuffer>,
  layout: StepLayout,
  list: number,
  rows: readonly StepRow[],
  spans?: readonly number[],
): void {
  words[rowListAt(layout, list)] = rows.length;
  rows.forEach(
    ({ sequence, position, ordinal = 0, token = 0, valid = true, parent = NO_PARENT, ancestors = [], decode }, i) => {
      const flags = valid ? ROW_VALID | (decode ? ROW_DECODE : 0) : 0;
      words.set(
        [sequence, position, ordinal, token, parent, flags, ...ancestorBits(ancestors)],
        rowAt(layout, i, list),
      );
    },
  );
  for (let sequence = 0; sequence < layout.maxSequences; sequence++) {
    const own = rows.flatMap((row, i) => (row.sequence === sequence && row.valid !== false ? [i] : []));
    words.set([spans?.[sequence] ?? own.length, own[0] ?? 0], spanAt(layout, sequence, list));
  }
}
