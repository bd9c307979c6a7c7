import { LOG_PROB_WORDS, logProbs } from '../../src/kernels/sampling/log-probs.ts';
import { OUTPUT_WORDS, outputAt } from '../../src/kernels/sampling/outputs.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { smallLayout, stepWords } from '../support/step-words.ts';
import { blockMaxima, randomLogits } from './sampling-inputs.ts';

interface Shape {
  readonly vocab: number;
  /** Rows of a step that `log_probs` has room for. */
  readonly most?: number;
  /** Steps that `outputs` has room for. */
  readonly ring?: number;
  readonly count: number;
  readonly spread: number;
  /** Logits are multiples of this, so that many are equal. */
  readonly rounding?: number;
}

const SHAPES: readonly Shape[] = [
  { vocab: 63, count: 0, spread: 4 },
  { vocab: 320, count: 5, spread: 4 },
  { vocab: 1000, count: 20, spread: 3, rounding: 1 },
  { vocab: 4, count: 6, spread: 2 },
  { vocab: 20_001, count: 20, spread: 0 },
];

const RING = 2;
const STEP = 5;
const BUCKET = 4;
const ROWS = 8;
const LOGIT_ROWS = [4, 0, 2];
const NO_TOKEN = 0xffffffff;

export default kernelCase(logProbs, {
  shapes: SHAPES,
  bench: [{ vocab: 49_152, count: 5, spread: 3 }],
  build({ vocab, ring = RING, most = ROWS, count, ...distribution }, random) {
    const layout = smallLayout();
    const rows = Array.from({ length: 5 }, (_, i) => ({ sequence: 0, position: i, ordinal: i }));
    const logits = randomLogits(BUCKET * vocab, random.word(), distribution);
    const outputs = new Uint32Array(ring * layout.maxLogitRows * OUTPUT_WORDS);
    LOGIT_ROWS.forEach((_, row) => {
      outputs[outputAt(STEP, row, ring, layout.maxLogitRows) + 1] = random.below(vocab);
    });
    return {
      params: { rows: BUCKET, count },
      constants: { VOCAB: vocab, RING: ring, ROWS: most, WORDS: LOG_PROB_WORDS },
      variant: undefined,
      buffers: {
        state: stepWords({ layout, rows, logitRows: LOGIT_ROWS, sequences: [], step: STEP }),
        logits,
        block_max: blockMaxima(logits, vocab),
        outputs,
        log_probs: new Uint32Array(ring * most * LOG_PROB_WORDS).fill(7),
      },
    };
  },
  decode: ({ log_probs }) => numbers(log_probs as Uint32Array<ArrayBuffer>),
  reference({ buffers }, { vocab, ring = RING, most = ROWS, count }) {
    const layout = smallLayout();
    const ids = Float64Array.from({ length: ring * most * (LOG_PROB_WORDS / 2 - 1) }, () => 7);
    const values = Float64Array.from({ length: ring * most * (LOG_PROB_WORDS / 2) }, () => SEVEN);
    LOGIT_ROWS.forEach((_, row) => {
      const logits = Array.from(buffers.logits.slice(row * vocab, (row + 1) * vocab));
      const top = logits.reduce((a, b) => Math.max(a, b));
      const lse = top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
      const order = logits.map((_logit, id) => id).toSorted((a, b) => logits[b]! - logits[a]! || a - b);
      const at = (STEP % ring) * most + row;
      values[at * 21] = logits[buffers.outputs[outputAt(STEP, row, ring, layout.maxLogitRows) + 1]!]! - lse;
      for (let i = 0; i < count; i++) {
        ids[at * 20 + i] = order[i] ?? NO_TOKEN;
        values[at * 21 + 1 + i] = order[i] === undefined ? 0 : logits[order[i]!]! - lse;
      }
    });
    return { ids, values };
  },
  // Logits below 20 in size: their log-probabilities carry an f32 error of 2e-6.
  tolerance: 2e-6,
  probe: ({ VOCAB, RING: ring, ROWS: most }) => ({
    vocab: Number(VOCAB),
    ring: Number(ring),
    most: Number(most),
    count: 5,
    spread: 3,
  }),
  label: ({ vocab, count }) => `${LOGIT_ROWS.length} rows of ${vocab}, ${count} alternatives`,
  work: ({ vocab }) => ({ bytes: 2 * LOGIT_ROWS.length * vocab * 4, flops: 3 * LOGIT_ROWS.length * vocab }),
});

/** The f32 whose bits are 7: what is in a word that is not written. */
const SEVEN = new Float32Array(new Uint32Array([7]).buffer)[0]!;

/** Ids and log-probabilities apart; where the vocabulary has no more, the number says nothing. */
function numbers(words: Uint32Array<ArrayBuffer>): { ids: number[]; values: number[] } {
  const floats = new Float32Array(words.buffer);
  const ids: number[] = [];
  const values: number[] = [];
  for (let at = 0; at < words.length; at += LOG_PROB_WORDS) {
    values.push(floats[at]!);
    for (let i = 2; i < LOG_PROB_WORDS; i += 2) {
      ids.push(words[at + i]!);
      values.push(words[at + i] === NO_TOKEN ? 0 : floats[at + i + 1]!);
    }
  }
  return { ids, values };
}
