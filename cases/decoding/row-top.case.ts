import { SUCCESSORS } from '../../src/kernels/decoding/draft-tree.ts';
import { rowTop } from '../../src/kernels/decoding/row-top.ts';
import { blockMaxima, randomLogits } from '../sampling/sampling-inputs.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { smallLayout, stepWords } from '../support/step-words.ts';

interface Shape {
  readonly vocab: number;
  readonly spread: number;
  /** Logits are multiples of this, so that many are equal. */
  readonly rounding?: number;
}

const BUCKET = 4;
const LOGIT_ROWS = [4, 0, 2];
/** The logit row whose row is not valid. */
const INVALID = 1;
const UNTOUCHED = 7;

export default kernelCase(rowTop, {
  shapes: [
    { vocab: 3, spread: 2 },
    { vocab: 63, spread: 4 },
    { vocab: 1000, spread: 3, rounding: 1 },
    { vocab: 20_001, spread: 3 },
    { vocab: 320, spread: 0 },
  ] as readonly Shape[],
  bench: [{ vocab: 49_152, spread: 3 }] as readonly Shape[],
  build({ vocab, ...distribution }, random) {
    const layout = smallLayout();
    const rows = Array.from({ length: 5 }, (_, i) => ({
      sequence: 0,
      position: i,
      ordinal: i,
      valid: i !== LOGIT_ROWS[INVALID],
    }));
    const logits = randomLogits(BUCKET * vocab, random.word(), distribution);
    return {
      params: { rows: BUCKET },
      constants: { VOCAB: vocab },
      variant: undefined,
      buffers: {
        state: stepWords({ layout, rows, logitRows: LOGIT_ROWS, sequences: [] }),
        logits,
        block_max: blockMaxima(logits, vocab),
        top: new Uint32Array(BUCKET * SUCCESSORS * 2).fill(UNTOUCHED),
      },
    };
  },
  decode: ({ top }) => apart(top as Uint32Array<ArrayBuffer>),
  reference({ buffers }, { vocab }) {
    const words = new Uint32Array(BUCKET * SUCCESSORS * 2).fill(UNTOUCHED);
    const { ids, shares } = apart(words);
    LOGIT_ROWS.forEach((_, row) => {
      if (row === INVALID) return;
      const logits = Array.from(buffers.logits.slice(row * vocab, (row + 1) * vocab));
      const top = logits.reduce((a, b) => Math.max(a, b));
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
      const order = logits.map((_logit, id) => id).toSorted((a, b) => logits[b]! - logits[a]! || a - b);
      for (let i = 0; i < SUCCESSORS; i++) {
        const id = order[i];
        ids[row * SUCCESSORS + i] = id === undefined ? 0 : id + 1;
        shares[row * SUCCESSORS + i] = id === undefined ? 0 : Math.exp(logits[id]! - top) / total;
      }
    });
    return { ids, shares };
  },
  // A sum of 20,000 exponentials in f32.
  tolerance: 5e-6,
  probe: ({ VOCAB }): Shape => ({ vocab: Number(VOCAB), spread: 3 }),
  label: ({ vocab }) => `${LOGIT_ROWS.length} rows of ${vocab}`,
  work: ({ vocab }) => ({ bytes: 2 * LOGIT_ROWS.length * vocab * 4, flops: 3 * LOGIT_ROWS.length * vocab }),
});

/** Ids and probabilities apart. */
function apart(words: Uint32Array<ArrayBuffer>): { ids: number[]; shares: number[] } {
  const floats = new Float32Array(words.buffer);
  const places = Array.from({ length: words.length / 2 }, (_, i) => 2 * i);
  return { ids: places.map((at) => words[at]!), shares: places.map((at) => floats[at + 1]!) };
}
