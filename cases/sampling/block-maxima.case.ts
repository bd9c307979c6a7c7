import { blockMaxima } from '../../src/kernels/sampling/block-maxima.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { smallLayout, stepWords } from '../support/step-words.ts';
import { blockMaxima as maximaOf, randomLogits } from './sampling-inputs.ts';

interface Shape {
  readonly vocab: number;
  /** Some logits are NaN or infinite. */
  readonly spoiled?: boolean;
}

const BUCKET = 16;
/** Logit rows of the step; the bucket has more. */
const ROWS = 11;

export default kernelCase(blockMaxima, {
  shapes: [
    ...[1, 63, 64, 65, 1000, 4097, 49_152].map((vocab): Shape => ({ vocab })),
    { vocab: 1000, spoiled: true },
  ] as readonly Shape[],
  bench: [{ vocab: 49_152 }],
  build({ vocab, spoiled = false }, random) {
    const layout = smallLayout({ maxRows: BUCKET, maxLogitRows: BUCKET });
    const rows = Array.from({ length: ROWS }, (_, i) => ({ sequence: i % 8, position: i }));
    const logits = randomLogits(BUCKET * vocab, random.word());
    if (spoiled)
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].forEach(
        (none, i) => (logits[i * 1300 + 70] = none),
      );
    return {
      params: { rows: BUCKET },
      constants: { VOCAB: vocab },
      variant: undefined,
      buffers: {
        state: stepWords({ layout, rows, logitRows: rows.map((_, i) => i), sequences: [] }),
        logits,
        block_max: new Float32Array(BUCKET * Math.ceil(vocab / 64)).fill(0.5),
      },
    };
  },
  reference({ buffers }, { vocab }) {
    const maxima = Float32Array.from(buffers.block_max);
    maxima.set(maximaOf(buffers.logits.subarray(0, ROWS * vocab) as Float32Array, vocab));
    return { block_max: maxima };
  },
  // A maximum is one of the numbers.
  tolerance: 0,
  probe: ({ VOCAB }) => ({ vocab: Number(VOCAB) }),
  label: ({ vocab }) => `${ROWS} rows of ${vocab}`,
  work: ({ vocab }) => ({ bytes: ROWS * vocab * 4, flops: ROWS * vocab }),
});
