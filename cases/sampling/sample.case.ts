import { COUNT_PROMPT, countsAt, countsWords } from '../../src/kernels/sampling/penalties-part.ts';
import { NO_TOKEN, OUTPUT_WORDS, outputAt } from '../../src/kernels/sampling/outputs.ts';
import { sample } from '../../src/kernels/sampling/sample.ts';
import { SEQUENCE_DONE, SequenceWord } from '../../src/kernels/step-layout.ts';
import { GENERATE_DEFAULTS, hasPenalties, packSequence, type SamplingSettings } from '../../src/sampling/settings.ts';
import { referenceSample } from '../reference/sampler.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { smallLayout, stepWords } from '../support/step-words.ts';
import { blockMaxima, randomLogits, referenceSettings } from './sampling-inputs.ts';

interface Shape {
  readonly vocab: number;
  /** Only the first row: quick with a large vocabulary. */
  readonly single?: boolean;
  /** Steps that `outputs` has room for. */
  readonly ring?: number;
  readonly settings: Partial<SamplingSettings>;
  /** Logits are normal numbers times this. Default 4. */
  readonly spread?: number;
  /** Logits are rounded to multiples of this, so that many are equal. Default: not rounded. */
  readonly rounding?: number;
  /** A logit of the second row is this, which is no number. */
  readonly spoiled?: number;
  /** Added to every logit. */
  readonly shift?: number;
}

const RING = 4;
const STEP = 6;
const ROWS = 5;
/** The sequence of logit row j; row 3's is done, row 4 lies past the count. */
const SEQUENCES = [2, 5, 0, 1];
const DONE = 1;
const LIVE_ROWS = 3;
const sequencesOf = ({ single }: Shape): readonly number[] => (single ? SEQUENCES.slice(0, 1) : SEQUENCES);

const truncations: Partial<SamplingSettings>[] = [
  { temperature: 1 },
  { temperature: 0.8, topK: 7 },
  { temperature: 1.3, topP: 0.83 },
  { temperature: 0.9, minP: 0.07 },
  { temperature: 0.7, topK: 40, topP: 0.95, minP: 0.02 },
];

export default kernelCase(sample, {
  shapes: [
    ...[1, 63, 64, 65, 1000].flatMap((vocab): Shape[] => [
      { vocab, settings: { temperature: 0 } },
      ...truncations.map((settings) => ({ vocab, settings })),
    ]),
    // Many equal logits, the cut among them.
    { vocab: 1000, settings: { temperature: 0 }, rounding: 20 },
    { vocab: 1000, settings: { temperature: 1, topK: 13 }, rounding: 2 },
    { vocab: 1000, settings: { temperature: 2, topP: 0.47 }, rounding: 2 },
    { vocab: 1000, settings: { temperature: 5, topK: 301, topP: 0.6 }, rounding: 8 },
    // All equal.
    { vocab: 1000, settings: { temperature: 0 }, spread: 0 },
    { vocab: 1000, settings: { temperature: 1 }, spread: 0 },
    { vocab: 1000, settings: { temperature: 1, topK: 3 }, spread: 0, shift: -7 },
    { vocab: 1000, settings: { temperature: 1, topP: 0.0105 }, spread: 0 },
    // Extremes.
    { vocab: 1000, settings: { temperature: 100, topK: 500 } },
    { vocab: 1000, settings: { temperature: 0.001 } },
    { vocab: 1000, settings: { temperature: 0.001, topP: 0.9, minP: 0.5 }, rounding: 0.001 },
    { vocab: 1000, settings: { temperature: 1, topK: 9, topP: 0.9 }, spread: 1e4 },
    { vocab: 1000, settings: { temperature: 1, topP: 0.9 }, shift: -1e4, rounding: 0.25 },
    { vocab: 1000, settings: { temperature: 1, topK: 1000 } },
    { vocab: 1000, settings: { temperature: 1, topK: 2 ** 31 - 1, topP: 1, minP: 1 } },
    { vocab: 1000, settings: { temperature: 1, topK: 1 } },
    { vocab: 1000, settings: { temperature: 1, topP: 1e-6 } },
    // Counts the token.
    { vocab: 1000, settings: { temperature: 1, topK: 20, frequencyPenalty: 0.5 } },
    { vocab: 1000, settings: { temperature: 0, repetitionPenalty: 1.1 } },
    ...[{ temperature: 0 }, ...truncations].map((settings): Shape => ({ vocab: 49_152, settings })),
    // No numbers.
    { vocab: 1000, settings: { temperature: 0 }, spoiled: Number.NaN },
    { vocab: 1000, settings: { temperature: 1, topK: 9, topP: 0.9 }, spoiled: Number.NEGATIVE_INFINITY },
    // More blocks than the list of live ones holds.
    { vocab: 150_001, settings: { temperature: 1.5, topP: 0.999 } },
  ],
  bench: [
    { vocab: 49_152, settings: { temperature: 0 } },
    { vocab: 49_152, settings: { temperature: 1 } },
    { vocab: 49_152, settings: { temperature: 0.7, topP: 0.95 } },
    { vocab: 49_152, settings: { temperature: 0.7, topK: 40, topP: 0.95 } },
  ],
  build(shape, random) {
    const { vocab, ring = RING, settings, single, spoiled, ...distribution } = shape;
    const bucket = single ? 1 : ROWS;
    const layout = smallLayout();
    const logits = randomLogits(bucket * vocab, random.word(), distribution);
    if (spoiled !== undefined) logits[vocab + 333] = spoiled;
    const sequences = Array.from({ length: layout.maxSequences }, () =>
      packSequence(
        { ...GENERATE_DEFAULTS, ...settings, seed: random.word() },
        { remaining: 9, stopIds: [], ignoreEos: false },
      ),
    );
    sequences[DONE]![SequenceWord.flags]! |= SEQUENCE_DONE;
    const rows = sequencesOf(shape).map((sequence, i) => ({ sequence, position: 100 + 7 * i, token: 3 }));
    const counts = Uint32Array.from({ length: countsWords(vocab, layout.maxSequences) }, (_, i) =>
      i % 3 === 0 ? COUNT_PROMPT + i : i % 2,
    );
    return {
      params: { rows: bucket },
      constants: { VOCAB: vocab, RING: ring },
      variant: undefined,
      buffers: {
        state: stepWords({ layout, rows, logitRows: rows.map((_, i) => i), sequences, step: STEP }),
        logits,
        block_max: blockMaxima(logits, vocab),
        counts,
        outputs: new Uint32Array(ring * layout.maxLogitRows * OUTPUT_WORDS).fill(77),
      },
    };
  },
  reference({ buffers }, shape) {
    const { vocab, ring = RING, settings } = shape;
    const layout = smallLayout();
    const counts = Uint32Array.from(buffers.counts);
    const outputs = Uint32Array.from(buffers.outputs);
    sequencesOf(shape).forEach((sequence, row) => {
      if (sequence === DONE) return;
      if (shape.spoiled !== undefined && row === 1) {
        outputs[outputAt(STEP, row, ring, layout.maxLogitRows) + 1] = NO_TOKEN;
        return;
      }
      const { token } = referenceSample(
        buffers.logits.subarray(row * vocab, (row + 1) * vocab),
        referenceSettings(buffers.state as Uint32Array<ArrayBuffer>, layout, sequence),
        100 + 7 * row + 1,
      );
      outputs[outputAt(STEP, row, ring, layout.maxLogitRows) + 1] = token;
      if (hasPenalties({ ...GENERATE_DEFAULTS, ...settings, seed: 0 })) counts[countsAt(vocab, sequence) + token]!++;
    });
    return { counts, outputs };
  },
  // Ids and counts are whole numbers.
  tolerance: 0,
  probe: ({ VOCAB, RING: ring }) => ({
    vocab: Number(VOCAB),
    ring: Number(ring),
    single: true,
    settings: { temperature: 0.7, topK: 40 },
  }),
  label: ({ vocab, settings }) =>
    `${LIVE_ROWS} rows of ${vocab}, ${Object.entries(settings)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
  // A greedy row needs the block maxima and one block; a draw needs every logit.
  work: ({ vocab, settings }) => ({
    bytes: LIVE_ROWS * 4 * (settings.temperature === 0 ? Math.ceil(vocab / 64) + 64 : vocab),
    flops: 0,
  }),
});
