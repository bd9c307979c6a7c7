import { advance } from '../../src/kernels/decoding/advance.ts';
import { FAULT_WORDS, FaultWord } from '../../src/kernels/faults.ts';
import {
  NO_TOKEN,
  OUTPUT_NO_NUMBER,
  OUTPUT_OUT_OF_RANGE,
  OUTPUT_WORDS,
  outputAt,
} from '../../src/kernels/sampling/outputs.ts';
import {
  HEADER_WORDS,
  HeaderWord,
  LOGIT_ROW_WORDS,
  LogitRow,
  NO_PARENT,
  NO_TARGET,
  ROW_DECODE,
  ROW_VALID,
  rowAt,
  rowListAt,
  SEQUENCE_DONE,
  SEQUENCE_WORDS,
  SequenceWord,
  spanAt,
  SpanWord,
} from '../../src/kernels/step-layout.ts';
import { CHAT_DEFAULTS, packSequence } from '../../src/sampling/settings.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { advanceTreesCase } from './advance-trees.ts';
import { setRows, smallLayout, stepWords, type StepRow } from '../support/step-words.ts';

interface Shape {
  readonly step: 'fed' | 'replayed';
  readonly sampled: boolean;
  readonly ring?: number;
  readonly layers?: number;
  readonly kvStride?: number;
  /** From this layer on the step has fewer rows: one of each sequence. */
  readonly fewerFrom?: number;
}

const RING = 4;
const STEP = 11;
const EOS = 2;

/** One sequence each of what can happen to it. `draws` is the token that the sampler gave. */
const SEQUENCES = [
  { name: 'goes on', remaining: 9, draws: 50, rows: 3 },
  { name: 'reaches its limit', remaining: 1, draws: 51, rows: 1 },
  { name: 'draws a stop id', remaining: 9, draws: EOS, rows: 2 },
  { name: 'draws a stop id and ignores it', remaining: 9, draws: EOS, rows: 1, ignoreEos: true },
  { name: 'was done before', remaining: 4, draws: 52, rows: 0, done: true },
  { name: 'is fed without a logit row', remaining: 9, rows: 4 },
  { name: 'draws the last of 16 stop ids', remaining: 9, draws: 115, rows: 1, many: true },
  { name: 'has no rows', remaining: 0, rows: 0 },
  { name: 'has logits that are no numbers', remaining: 9, draws: NO_TOKEN, rows: 1, fault: OUTPUT_NO_NUMBER },
  { name: 'has keys out of range', remaining: 9, draws: 53, rows: 1, fault: OUTPUT_OUT_OF_RANGE },
];
/** Logit rows in an order of their own. */
const ORDER = [3, 0, 4, 6, 8, 2, 9, 1];
const SIZES = { maxSequences: SEQUENCES.length, maxRows: 20 };

const single = kernelCase(advance, {
  shapes: [
    { step: 'fed', sampled: true },
    { step: 'fed', sampled: false },
    { step: 'replayed', sampled: true },
    { step: 'fed', sampled: true, layers: 30, kvStride: 3 },
    { step: 'fed', sampled: true, layers: 7, kvStride: 13 },
    { step: 'fed', sampled: true, layers: 5, fewerFrom: 2 },
    { step: 'fed', sampled: false, layers: 5, fewerFrom: 4 },
  ] as readonly Shape[],
  bench: [{ step: 'replayed', sampled: true, layers: 30, kvStride: 3 }] as readonly Shape[],
  build({ step, sampled, ring = RING, layers = 2, kvStride = 3, fewerFrom = layers }: Shape, random) {
    const layout = smallLayout({ ...SIZES, layers, kvStride, rowLists: 2 });
    const replayed = step === 'replayed';
    const spans = SEQUENCES.map(({ rows: count }) => (replayed ? Math.min(count, 1) : count));
    const sequences = SEQUENCES.map(({ remaining, done, ignoreEos = false, many }) => {
      const stopIds = many ? Array.from({ length: 16 }, (_, i) => 100 + i) : [99, EOS];
      const words = packSequence({ ...CHAT_DEFAULTS, seed: 5 }, { remaining, stopIds, ignoreEos });
      if (done) words[SequenceWord.flags]! |= SEQUENCE_DONE;
      return words;
    });
    const rows: StepRow[] = [];
    const logitRows: number[] = [];
    const add = (sequence: number, count: number): void => {
      const first = 20 * sequence;
      for (let ordinal = 0; ordinal < count; ordinal++)
        rows.push({ sequence, position: first + ordinal, ordinal, token: 60, target: 8 });
    };
    if (replayed) for (const sequence of ORDER) add(sequence, 1);
    else {
      SEQUENCES.forEach(({ rows: count, done }, sequence) => add(sequence, done ? 1 : count));
      for (let i = 0; i < rows.length; i++) if (rows[i]!.sequence === 4) rows[i] = { ...rows[i]!, valid: false };
    }
    for (const sequence of ORDER) logitRows.push(rows.findLastIndex((row) => row.sequence === sequence));
    const state = stepWords({ layout, rows, logitRows, sequences, spans, step: STEP });
    setRows(
      state,
      layout,
      1,
      rows.filter(({ ordinal }) => ordinal === 0),
    );
    state.fill(rowListAt(layout, 1), HEADER_WORDS + fewerFrom, HEADER_WORDS + layers + 1);
    for (let i = layout.lengthsAt; i < layout.words; i++) state[i] = random.below(500);
    const outputs = new Uint32Array(ring * layout.maxLogitRows * OUTPUT_WORDS).fill(77);
    ORDER.forEach((sequence, j) => {
      outputs[outputAt(STEP, j, ring, layout.maxLogitRows) + 1] = SEQUENCES[sequence]!.draws!;
    });
    const faults = new Uint32Array(SEQUENCES.length * FAULT_WORDS);
    SEQUENCES.forEach(({ fault }, sequence) => {
      if (fault === OUTPUT_OUT_OF_RANGE) faults[sequence * FAULT_WORDS + FaultWord.pairs] = 3;
    });
    return {
      params: { nodes: 1 },
      constants: { RING: ring, SAMPLED: sampled, TREES: false },
      variant: undefined,
      buffers: { state, faults, outputs },
    };
  },
  reference({ buffers }, { sampled, ring = RING, layers = 2, kvStride = 3, fewerFrom = layers }) {
    const layout = smallLayout({ ...SIZES, layers, kvStride, rowLists: 2 });
    const state = Uint32Array.from(buffers.state);
    const outputs = Uint32Array.from(buffers.outputs);
    const wordOf = (sequence: number, word: number): number => layout.sequencesAt + sequence * SEQUENCE_WORDS + word;
    SEQUENCES.forEach((_, sequence) => {
      for (let layer = 0; layer < layout.layers; layer++) {
        const rows = buffers.state[spanAt(layout, sequence, layer < fewerFrom ? 0 : 1) + SpanWord.rows]!;
        for (let head = 0; head < layout.kvStride; head++)
          state[layout.lengthsAt + (sequence * layout.layers + layer) * layout.kvStride + head]! += rows;
      }
      if (sampled) state[spanAt(layout, sequence) + SpanWord.rows] = 0;
    });
    state[HeaderWord.step]!++;
    if (!sampled) return { state, outputs };

    state[rowListAt(layout)] = ORDER.length;
    ORDER.forEach((sequence, j) => {
      const { done = false, draws, ignoreEos = false, remaining, fault = 0 } = SEQUENCES[sequence]!;
      const logitRow = layout.logitRowsAt + j * LOGIT_ROW_WORDS;
      const position = buffers.state[logitRow + LogitRow.position]!;
      const ends = fault > 0 || remaining === 1 || (!ignoreEos && (draws === EOS || draws === 115));
      const goesOn = !done && !ends;
      if (!done && fault === 0) state[wordOf(sequence, SequenceWord.remaining)] = remaining - 1;
      if (ends) state[wordOf(sequence, SequenceWord.flags)]! |= SEQUENCE_DONE;
      if (goesOn) {
        state.set([1, j], spanAt(layout, sequence));
      }
      const next = goesOn ? position + 1 : position;
      state.set(
        [sequence, next, 0, goesOn ? draws! : 0, NO_PARENT, goesOn ? ROW_VALID | ROW_DECODE : 0],
        rowAt(layout, j),
      );
      state.set([j, sequence, next, NO_TARGET], logitRow);
      outputs[outputAt(STEP, j, ring, layout.maxLogitRows)] = done ? 0 : fault > 0 ? fault : 1;
    });
    return { state, outputs };
  },
  // Whole numbers.
  tolerance: 0,
  probe: ({ RING: ring, SAMPLED, TREES }): Shape | undefined =>
    TREES === true ? undefined : { step: 'fed', sampled: SAMPLED === true, ring: Number(ring) },
  label: ({ layers = 2, kvStride = 3 }) => `${ORDER.length} sequences, ${layers} layers of ${kvStride} KV heads`,
  // The lengths of every sequence, and its record.
  work: ({ layers = 2, kvStride = 3 }) => ({
    bytes: SEQUENCES.length * 8 * (layers * kvStride + SEQUENCE_WORDS),
    flops: 0,
  }),
});

export default [single, advanceTreesCase];
