import type { Batch, SequenceState } from '../../core/batch.ts';
import { invariant } from '../../core/invariant.ts';
import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import {
  HEADER_WORDS,
  HeaderWord,
  LAYOUT_AT,
  layoutWords,
  LOGIT_ROW_WORDS,
  METHOD_WORDS,
  NO_BUDGET,
  NO_PARENT,
  Row,
  ROW_DECODE,
  ROW_VALID,
  ROW_WORDS,
  SEQUENCE_WORDS,
  SequenceWord,
  stepLayout,
  type StepLayout,
  type StepSizes,
} from '../../kernels/step-layout.ts';

/** No target: the row is not scored. */
const NO_TARGET = 0xffffffff;

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
  /** The sequences of the last step that was fed: the GPU may have set their rows. */
  #fed: readonly number[] = [];

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

  /** A sequence without methods. */
  clearMethods(sequence: number): void {
    this.writeMethods(sequence, new Uint32Array(METHOD_WORDS), new Uint32Array(this.layout.layers).fill(NO_BUDGET));
  }

  /** Writes a fed step: header, rows, logit rows, and the records of its sequences. Queue order makes it safe behind steps in flight. */
  writeBatch({ rows }: Batch, sequences: readonly SequenceState[]): void {
    const { maxRows, maxLogitRows, rowsAt, logitRowsAt, sequencesAt } = this.layout;
    const wanted = rows.flatMap((row, index) => (row.logits ? [{ row, index }] : []));
    invariant(
      rows.length <= maxRows && wanted.length <= maxLogitRows,
      () => `${rows.length} rows, ${wanted.length} logit rows`,
    );
    const head = new Uint32Array(HEADER_WORDS + rows.length * ROW_WORDS);
    head[HeaderWord.rows] = rows.length;
    head[HeaderWord.logitRows] = wanted.length;
    head[HeaderWord.step] = this.step;
    head[HeaderWord.room] = this.#room;
    head.set(layoutWords(this.layout), LAYOUT_AT);
    rows.forEach((row, i) => {
      const at = rowsAt + i * ROW_WORDS;
      head[at + Row.sequence] = row.sequence;
      head[at + Row.position] = row.position;
      head[at + Row.ordinal] = row.ordinal;
      head[at + Row.token] = row.token;
      head[at + Row.parent] = NO_PARENT;
      head[at + Row.flags] = ROW_VALID | (row.decode ? ROW_DECODE : 0);
      head[at + Row.target] = row.target ?? NO_TARGET;
    });
    this.#gpu.write(this.array.buffer, 0, head);
    if (wanted.length > 0) {
      const logitRows = new Uint32Array(wanted.length * LOGIT_ROW_WORDS);
      wanted.forEach(({ row, index }, i) => logitRows.set([index, row.sequence, row.position, 0], i * LOGIT_ROW_WORDS));
      this.#gpu.write(this.array.buffer, logitRowsAt * 4, logitRows);
    }
    // The end of a step lengthens every sequence by its rows: those that have none in this one must say so.
    for (const sequence of this.#fed)
      if (!sequences.some((state) => state.sequence === sequence))
        this.#gpu.write(
          this.array.buffer,
          (sequencesAt + sequence * SEQUENCE_WORDS + SequenceWord.rows) * 4,
          new Uint32Array(1),
        );
    this.#fed = sequences.map(({ sequence }) => sequence);
    for (const { sequence, words } of sequences) {
      const record = new Uint32Array(SEQUENCE_WORDS);
      record.set(words);
      record[SequenceWord.rows] = rows.filter((row) => row.sequence === sequence).length;
      record[SequenceWord.firstRow] = Math.max(
        0,
        rows.findIndex((row) => row.sequence === sequence),
      );
      this.#gpu.write(this.array.buffer, (sequencesAt + sequence * SEQUENCE_WORDS) * 4, record);
    }
  }
}
