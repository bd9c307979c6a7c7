import { advance } from '../../src/kernels/decoding/advance.ts';
import { OUTPUT_WORDS, outputAt } from '../../src/kernels/sampling/outputs.ts';
import {
  LOGIT_ROW_WORDS,
  NO_PARENT,
  ROW_DECODE,
  ROW_VALID,
  ROW_WORDS,
  SEQUENCE_DONE,
  SEQUENCE_WORDS,
  SequenceWord,
} from '../../src/kernels/step-layout.ts';
import { CHAT_DEFAULTS, packSequence } from '../../src/sampling/settings.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { smallLayout, stepWords, type StepRow } from '../support/step-words.ts';

interface Shape {
  readonly step: 'fed' | 'replayed';
  readonly sampled: boolean;
  readonly layers?: number;
  readonly kvStride?: number;
}

const RING = 4;
const STEP = 11;
const NONE = 0xffffffff;
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
];
/** Logit rows in an order of their own. */
const ORDER = [3, 0, 4, 6, 2, 1];

export default kernelCase(advance, {
  shapes: [
    { step: 'fed', sampled: true },
    { step: 'fed', sampled: false },
    { step: 'replayed', sampled: true },
    { step: 'fed', sampled: true, layers: 30, kvStride: 3 },
    { step: 'fed', sampled: true, layers: 7, kvStride: 13 },
  ],
  bench: [{ step: 'replayed', sampled: true, layers: 30, kvStride: 3 }],
  build({ step, sampled, layers = 2, kvStride = 3 }: Shape, random) {
    const layout = smallLayout({ maxRows: 16, layers, kvStride });
    const replayed = step === 'replayed';
    const sequences = SEQUENCES.map(({ remaining, rows, done, ignoreEos = false, many }) => {
      const stopIds = many ? Array.from({ length: 16 }, (_, i) => 100 + i) : [99, EOS];
      const words = packSequence(
        { ...CHAT_DEFAULTS, seed: 5 },
        { remaining, stopIds, ignoreEos, rows: replayed ? Math.min(rows, 1) : rows },
      );
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
    const state = stepWords({ layout, rows, logitRows, sequences, step: STEP });
    for (let i = layout.lengthsAt; i < layout.words; i++) state[i] = random.below(500);
    const outputs = new Uint32Array(RING * layout.maxLogitRows * OUTPUT_WORDS).fill(77);
    ORDER.forEach((sequence, j) => {
      outputs[outputAt(STEP, j, RING, layout.maxLogitRows) + 1] = SEQUENCES[sequence]!.draws!;
    });
    return { params: {}, constants: { RING, SAMPLED: sampled }, variant: undefined, buffers: { state, outputs } };
  },
  reference({ buffers }, { sampled, layers = 2, kvStride = 3 }) {
    const layout = smallLayout({ maxRows: 16, layers, kvStride });
    const state = Uint32Array.from(buffers.state);
    const outputs = Uint32Array.from(buffers.outputs);
    const wordOf = (sequence: number, word: number): number => layout.sequencesAt + sequence * SEQUENCE_WORDS + word;
    SEQUENCES.forEach((_, sequence) => {
      const rows = state[wordOf(sequence, SequenceWord.rows)]!;
      for (let layer = 0; layer < layout.layers; layer++)
        for (let head = 0; head < layout.kvStride; head++)
          state[layout.lengthsAt + (sequence * layout.layers + layer) * layout.kvStride + head]! += rows;
      if (sampled) state[wordOf(sequence, SequenceWord.rows)] = 0;
    });
    state[2]!++;
    if (!sampled) return { state, outputs };

    state[0] = ORDER.length;
    ORDER.forEach((sequence, j) => {
      const { done = false, draws, ignoreEos = false, remaining } = SEQUENCES[sequence]!;
      const logitRow = layout.logitRowsAt + j * LOGIT_ROW_WORDS;
      const position = buffers.state[logitRow + 2]!;
      const ends = remaining === 1 || (!ignoreEos && (draws === EOS || draws === 115));
      const goesOn = !done && !ends;
      if (!done) state[wordOf(sequence, SequenceWord.remaining)] = remaining - 1;
      if (ends) state[wordOf(sequence, SequenceWord.flags)]! |= SEQUENCE_DONE;
      if (goesOn) {
        state[wordOf(sequence, SequenceWord.rows)] = 1;
        state[wordOf(sequence, SequenceWord.firstRow)] = j;
      }
      const next = goesOn ? position + 1 : position;
      state.set(
        [sequence, next, 0, goesOn ? draws! : 0, NO_PARENT, goesOn ? ROW_VALID | ROW_DECODE : 0, NONE, 0],
        layout.rowsAt + j * ROW_WORDS,
      );
      state.set([j, sequence, next, 0], logitRow);
      outputs[outputAt(STEP, j, RING, layout.maxLogitRows)] = done ? 0 : 1;
    });
    return { state, outputs };
  },
  tolerance: 0,
  label: ({ layers = 2, kvStride = 3 }) => `${ORDER.length} sequences, ${layers} layers of ${kvStride} KV heads`,
  // The lengths of every sequence, and its record.
  work: ({ layers = 2, kvStride = 3 }) => ({
    bytes: SEQUENCES.length * 8 * (layers * kvStride + SEQUENCE_WORDS),
    flops: 0,
  }),
});
