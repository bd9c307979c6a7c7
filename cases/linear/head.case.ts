import { head, NO_BIAS } from '../../src/kernels/linear/head.ts';
import { tileVariant } from '../../src/kernels/linear/variant.ts';
import { COUNT_PROMPT, countsAt, countsWords } from '../../src/kernels/sampling/penalties-part.ts';
import { SEQUENCE_PENALTIES, SEQUENCE_WORDS, SequenceWord } from '../../src/kernels/step-layout.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { NO_NUMBER } from '../sampling/sampling-inputs.ts';
import { smallLayout, stepWords } from '../support/step-words.ts';
import {
  TILE,
  activations,
  columnsVariant,
  constantsOf,
  linearLabel,
  linearWork,
  paramsOf,
  missingFeatures,
  inputRows,
  inputsOf,
  multiplyRows,
  normRows,
  randomMatrix,
  rememberWeights,
  rowsVariant,
  suitsAdapter,
  untouched,
  weightsOf,
  type LinearShape,
} from './matrices.ts';

/** `batch` is the bucket of logit rows. */
interface Shape extends LinearShape {
  readonly vocab: number;
  /** The first id of this shard; a multiple of 64. */
  readonly firstId: number;
  /** Hidden rows that have logits. */
  readonly logitRows: readonly number[];
  readonly penalties: boolean;
  readonly maxima: boolean;
  readonly norm: boolean;
  /** The hidden row of the second logit row is no number. */
  readonly spoiled?: boolean;
  /** What becomes of products before they are logits. */
  readonly shaped?: { readonly biased: boolean; readonly factor: number; readonly cap: number };
}

const base = {
  type: 'Q8_0',
  outputs: 131,
  vocab: 131,
  firstId: 0,
  k: 96,
  rowTile: 64,
  batch: 1,
  logitRows: [0],
  penalties: false,
  maxima: true,
  norm: true,
} as const;
const EPSILON = 1e-5;
const GAIN_AT = 5;
const HIDDEN_ROWS = 8;
const REPETITION = 1.3;
const PRESENCE = 0.4;
const FREQUENCY = 0.15;
const layout = smallLayout({ maxLogitRows: 80 });

/** Sequence 2 has penalties, sequence 1 has none; rows 0 to 7 belong to them in turn. */
function sequences(penalties: boolean): Uint32Array[] {
  const words = [0, 1, 2].map(() => new Uint32Array(SEQUENCE_WORDS));
  const numbers = new Float32Array(words[2]!.buffer);
  numbers[SequenceWord.repetition] = REPETITION;
  numbers[SequenceWord.presence] = PRESENCE;
  numbers[SequenceWord.frequency] = FREQUENCY;
  words[2]![SequenceWord.flags] = penalties ? SEQUENCE_PENALTIES : 0;
  return words;
}
/** What stands for NaN, and for what stands for it, in a comparison. */
const NONE = -77;
const comparable = (outputs: Record<'logits' | 'block_max', ArrayLike<number>>) => ({
  logits: Array.from(outputs.logits, (logit) => (Number.isNaN(logit) ? NONE : logit)),
  block_max: Array.from(outputs.block_max, (most) => (most >= NO_NUMBER ? NONE : most)),
});
const sequenceOfRow = (row: number): number => 1 + (row % 2);

const shapes: readonly Shape[] = [
  { ...base, variant: rowsVariant(16, 4, 4, 1) },
  { ...base, penalties: true, batch: 4, logitRows: [5, 2, 7], variant: rowsVariant(32, 2, 2, 2) },
  { ...base, penalties: true, batch: 8, logitRows: [5, 2, 7], variant: rowsVariant(8, 1, 8, 8, 8) },
  { ...base, penalties: true, batch: 2, logitRows: [3, 6], rowTile: 8, variant: rowsVariant(16, 1, 4, 2, 4) },
  { ...base, spoiled: true, batch: 4, logitRows: [5, 2, 7], variant: rowsVariant(32, 2, 2, 2) },
  // The second of two shards.
  {
    ...base,
    type: 'Q4_1',
    outputs: 70,
    vocab: 198,
    firstId: 128,
    batch: 2,
    logitRows: [1, 4],
    penalties: true,
    variant: rowsVariant(16, 4, 4, 2),
  },
  { ...base, type: 'Q6_K', k: 256, outputs: 64, vocab: 64, variant: rowsVariant(32, 1, 2, 1) },
  // One batch row a workgroup, three of them.
  { ...base, penalties: true, batch: 4, logitRows: [5, 2, 7], variant: rowsVariant(8, 1, 8, 1) },
  // Several subgroups in a workgroup; more rows than a matvec has.
  { ...base, batch: 2, logitRows: [3, 6], variant: rowsVariant(16, 1, 4, 2, 8) },
  { ...base, norm: false, batch: 16, logitRows: [0, 1, 2, 3, 4, 5, 6, 7, 0], variant: columnsVariant(8, 8, 8, 8) },
  {
    ...base,
    norm: false,
    maxima: false,
    batch: 16,
    logitRows: [7, 6, 5],
    penalties: true,
    variant: tileVariant(64, 16, 'int8'),
  },
  { ...base, maxima: false, batch: 4, logitRows: [4, 1], penalties: true, variant: rowsVariant(4, 4, 2, 4) },
  {
    ...base,
    maxima: false,
    norm: false,
    batch: 16,
    logitRows: [0, 1, 2, 3, 4, 5, 6, 7, 0],
    variant: columnsVariant(8, 4, 8, 8),
  },
  { ...base, shaped: { biased: true, factor: 1, cap: 0 }, variant: rowsVariant(16, 4, 4, 1) },
  {
    ...base,
    penalties: true,
    batch: 4,
    logitRows: [5, 2, 7],
    shaped: { biased: false, factor: 0.25, cap: 0 },
    variant: rowsVariant(32, 2, 2, 2),
  },
  {
    ...base,
    outputs: 70,
    vocab: 198,
    firstId: 128,
    batch: 2,
    logitRows: [1, 4],
    shaped: { biased: true, factor: 2, cap: 0.7 },
    variant: rowsVariant(16, 4, 4, 2),
  },
  // Above 8 logit rows sampling/block-maxima finds them: tiles write none.
  { ...base, maxima: false, norm: false, batch: 64, logitRows: [7, 6, 5], penalties: true, variant: TILE },
];

export default kernelCase(head, {
  shapes,
  bench: [
    { ...base, outputs: 49152, vocab: 49152, k: 576, variant: rowsVariant(16, 1, 4, 1, 8) },
    { ...base, outputs: 49152, vocab: 49152, k: 576, variant: rowsVariant(16, 1, 4, 1, 4) },
    { ...base, outputs: 49152, vocab: 49152, k: 576, rowTile: 8, variant: rowsVariant(16, 8, 4, 1) },
  ],
  label: (shape: Shape) => linearLabel(shape),
  // As linear/project, and penalties add a few roundings.
  tolerance: 3e-6,
  suits: suitsAdapter,
  missing: ({ variant }, gpu) => missingFeatures(variant, gpu),
  build(shape, random) {
    const { k, batch, norm, vocab, firstId, logitRows, penalties, maxima, variant, shaped, spoiled = false } = shape;
    const { packed, weights } = randomMatrix(shape, random);
    // Gains, then the bias.
    const vectors = untouched(GAIN_AT * 4 + k + Math.ceil(vocab / 4) * 4).map(() => random.next() + 0.5);
    const rows = Array.from({ length: HIDDEN_ROWS }, (_, row) => ({ sequence: sequenceOfRow(row), position: row }));
    const counts = Uint32Array.from(
      { length: countsWords(vocab, layout.maxSequences) },
      () => [0, COUNT_PROMPT, 2, COUNT_PROMPT + 1][random.below(4)]!,
    );
    const hidden = activations(HIDDEN_ROWS, k, random);
    if (spoiled) hidden[logitRows[1]! * k + 3] = Number.NaN;
    const { x, values } = inputRows(variant, hidden);
    return rememberWeights(
      {
        params: {
          ...paramsOf(shape),
          columns: batch,
          epsilon: EPSILON,
          first_id: firstId,
          gain_at: GAIN_AT,
          bias_at: shaped?.biased ? GAIN_AT + k / 4 : NO_BIAS,
          factor: shaped?.factor ?? 1,
          cap: shaped?.cap ?? 0,
        },
        constants: {
          ...constantsOf(shape, norm),
          VOCAB: vocab,
          MAXIMA: maxima,
        },
        variant: { type: shape.type, shape: variant, ...(shaped && { shaped: true }) },
        buffers: {
          ...packed,
          x,
          vectors,
          state: stepWords({ layout, rows, logitRows, sequences: sequences(penalties) }),
          counts,
          logits: untouched(batch * vocab),
          block_max: untouched(batch * Math.ceil(vocab / 64)),
        },
      },
      weights,
      values,
    );
  },
  reference(built, { k, norm, vocab, firstId, outputs, logitRows, penalties, maxima, shaped }) {
    const x = inputsOf(built);
    const { counts } = built.buffers;
    const vectors = built.buffers.vectors as Float32Array;
    const all = multiplyRows(
      weightsOf(built),
      norm ? normRows(x, vectors.subarray(GAIN_AT * 4), k, EPSILON) : x,
      outputs,
      k,
    );
    const logits = Float64Array.from(built.buffers.logits);
    const blockMax = Float64Array.from(built.buffers.block_max);
    const blocks = Math.ceil(vocab / 64);
    logitRows.forEach((row, column) => {
      const sequence = sequenceOfRow(row);
      const line = all[row]!.map((product, output) => {
        const bias = shaped?.biased ? vectors[GAIN_AT * 4 + k + firstId + output]! : 0;
        const scaled = (product + bias) * (shaped?.factor ?? 1);
        const logit = shaped?.cap ? shaped.cap * Math.tanh(scaled / shaped.cap) : scaled;
        const seen = counts[countsAt(vocab, sequence) + firstId + output]!;
        if (!penalties || sequence !== 2 || seen === 0) return logit;
        const repeated = logit > 0 ? logit / REPETITION : logit * REPETITION;
        const count = seen % COUNT_PROMPT;
        return count === 0 ? repeated : repeated - PRESENCE - FREQUENCY * count;
      });
      logits.set(line, column * vocab + firstId);
      if (!maxima) return;
      for (let first = 0; first < outputs; first += 64)
        blockMax[column * blocks + (firstId + first) / 64] = Math.max(
          ...line.slice(first, first + 64).map((logit) => (Number.isFinite(logit) ? logit : NO_NUMBER)),
        );
    });
    return comparable({ logits, block_max: blockMax });
  },
  decode: ({ logits, block_max }) => comparable({ logits: logits!, block_max: block_max! }),
  work: (shape) => linearWork(shape, shape.outputs),
});
