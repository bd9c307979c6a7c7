import type { Batch, SequenceState } from '../../core/batch.ts';
import { invariant } from '../../core/invariant.ts';
import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import {
  HeaderWord,
  LAYOUT_AT,
  layoutWords,
  LOGIT_ROW_WORDS,
  METHOD_WORDS,
  NO_BUDGET,
  NO_PARENT,
  NO_TARGET,
  rangeWord,
  Row,
  ROW_DECODE,
  ROW_VALID,
  rowAt,
  rowListAt,
  SEQUENCE_WORDS,
  SPAN_WORDS,
  spanAt,
  SpanWord,
  stepLayout,
  type StepLayout,
  type StepSizes,
} from '../../kernels/step-layout.ts';

/** Sequences for which there is room at first. */
const FIRST_ROOM = 8;

/** The step state's buffer. The CPU writes a whole step here when the rows change; otherwise the GPU advances it. */
export class StepState {
  readonly layout: StepLayout;
  readonly array: GpuArray;
  /** Sequences below this number may be taken: dispatches and buffers that grow with them are made for so many. */
  #room: number;
  /** The number of the next step, as the GPU counts it: which slot of the output ring it writes. */
  step = 0;
  readonly #gpu: Gpu;

  constructor(gpu: Gpu, sizes: StepSizes) {
    this.#gpu = gpu;
    this.layout = stepLayout(sizes);
    this.#room = Math.min(FIRST_ROOM, sizes.maxSequences);
    this.array = wholeBuffer(gpu.createBuffer('step state', this.layout.words * 4));
  }

  get room(): number {
    return this.#room;
  }

  /** Doubles the room, up to the layout's sequences. What was made for less must be made again; nothing may be in flight. */
  grow(): void {
    invariant(this.#room < this.layout.maxSequences, () => `room for more than ${this.#room} sequences`);
    this.#room = Math.min(2 * this.#room, this.layout.maxSequences);
  }

  /** Writes the pages of a sequence in one layer, from page index `from` on. */
  writePages(sequence: number, layer: number, from: number, pages: readonly number[]): void {
    if (pages.length === 0) return;
    const { layers, maxPages, pagesAt } = this.layout;
    invariant(from + pages.length <= maxPages, () => `${from + pages.length} pages of at most ${maxPages}`);
    const at = (pagesAt + (sequence * layers + layer) * maxPages + from) * 4;
    this.#gpu.write(this.array.buffer, at, Uint32Array.from(pages));
  }

  /** Sets how many slots a sequence uses, in all layers and heads: at its start and after a roll-back. */
  writeLength(sequence: number, length: number): void {
    const { layers, kvStride, lengthsAt } = this.layout;
    const words = new Uint32Array(layers * kvStride).fill(length);
    this.#gpu.write(this.array.buffer, (lengthsAt + sequence * layers * kvStride) * 4, words);
  }

  /** Writes what a sequence's methods are set to, and its budget in every layer. */
  writeMethods(sequence: number, words: Uint32Array<ArrayBuffer>, budgets: Uint32Array<ArrayBuffer>): void {
    const { methodsAt, budgetsAt, layers } = this.layout;
    invariant(
      words.length === METHOD_WORDS && budgets.length === layers,
      () => `${words.length} words, ${budgets.length} budgets`,
    );
    this.#gpu.write(this.array.buffer, (methodsAt + sequence * METHOD_WORDS) * 4, words);
    this.#gpu.write(this.array.buffer, (budgetsAt + sequence * layers) * 4, budgets);
  }

  /** Writes the powers of two that caches of halves hold a head's keys and values times; the others stay as they are. */
  writeRange(layer: number, kvHead: number, keys: number, values: number): void {
    const { rangesAt, kvStride } = this.layout;
    const word = Uint32Array.of(rangeWord(keys, values));
    this.#gpu.write(this.array.buffer, (rangesAt + layer * kvStride + kvHead) * 4, word);
  }

  /** A sequence without methods. */
  clearMethods(sequence: number): void {
    this.writeMethods(sequence, new Uint32Array(METHOD_WORDS), new Uint32Array(this.layout.layers).fill(NO_BUDGET));
  }

  /**
   * Writes a fed step: header, the list of rows, logit rows, and the records of its sequences. Queue order makes it safe
   * behind steps in flight.
   */
  writeBatch({ rows }: Batch, sequences: readonly SequenceState[]): void {
    const { layout } = this;
    const { maxRows, maxLogitRows, maxSequences, logitRowsAt, sequencesAt } = layout;
    const wanted = rows.flatMap((row, index) => (row.logits ? [{ row, index }] : []));
    invariant(
      rows.length <= maxRows && wanted.length <= maxLogitRows,
      () => `${rows.length} rows, ${wanted.length} logit rows`,
    );
    const head = new Uint32Array(rowAt(layout, rows.length));
    head[HeaderWord.logitRows] = wanted.length;
    head[HeaderWord.step] = this.step;
    head[HeaderWord.room] = this.#room;
    head.set(layoutWords(layout), LAYOUT_AT);
    head[rowListAt(layout)] = rows.length;
    // Sequences that have no rows in this step must say so: its end lengthens every sequence by its rows.
    const spans = new Uint32Array(maxSequences * SPAN_WORDS);
    rows.forEach((row, i) => {
      const at = rowAt(layout, i);
      head[at + Row.sequence] = row.sequence;
      head[at + Row.position] = row.position;
      head[at + Row.ordinal] = row.ordinal;
      head[at + Row.token] = row.token;
      head[at + Row.parent] = NO_PARENT;
      head[at + Row.flags] = ROW_VALID | (row.decode ? ROW_DECODE : 0);
      const span = row.sequence * SPAN_WORDS;
      if (spans[span + SpanWord.rows]!++ === 0) spans[span + SpanWord.firstRow] = i;
    });
    this.#gpu.write(this.array.buffer, 0, head);
    this.#gpu.write(this.array.buffer, spanAt(layout, 0) * 4, spans);
    if (wanted.length > 0) {
      const logitRows = new Uint32Array(wanted.length * LOGIT_ROW_WORDS);
      wanted.forEach(({ row, index }, i) =>
        logitRows.set([index, row.sequence, row.position, row.target ?? NO_TARGET], i * LOGIT_ROW_WORDS),
      );
      this.#gpu.write(this.array.buffer, logitRowsAt * 4, logitRows);
    }
    for (const { sequence, words } of sequences) {
      const record = new Uint32Array(SEQUENCE_WORDS);
      record.set(words);
      this.#gpu.write(this.array.buffer, (sequencesAt + sequence * SEQUENCE_WORDS) * 4, record);
    }
  }
}
