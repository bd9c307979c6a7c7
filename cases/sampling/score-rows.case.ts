import { FAULT_WORDS, FaultWord } from '../../src/kernels/faults.ts';
import { OUTPUT_WORDS, outputAt } from '../../src/kernels/sampling/outputs.ts';
import { scoreRows } from '../../src/kernels/sampling/score-rows.ts';
import { LOGIT_ROW_WORDS, LogitRow, NO_TARGET } from '../../src/kernels/step-layout.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { smallLayout, stepWords } from '../support/step-words.ts';
import { randomLogits } from './sampling-inputs.ts';

interface Shape {
  readonly vocab: number;
  /** Steps that `outputs` has room for. */
  readonly ring?: number;
  readonly spread: number;
  readonly shift?: number;
  /** A logit of the first row is this, which is no number, and the second row's sequence has had keys out of range. */
  readonly spoiled?: number;
}

const RING = 2;
const STEP = 5;
const ROWS = 4;
/** Rows of the step that have logits; the bucket has one more. */
const LOGIT_ROWS = [4, 0, 2];
/** Stands for NaN in a comparison. */
const NOT_A_NUMBER = -77;

export default kernelCase(scoreRows, {
  shapes: [
    ...[1, 63, 64, 65, 1000, 4097].map((vocab): Shape => ({ vocab, spread: 4 })),
    { vocab: 1000, spread: 0 },
    { vocab: 1000, spread: 1e4 },
    { vocab: 1000, spread: 3, shift: -1e4 },
    { vocab: 49_152, spread: 3 },
    { vocab: 1000, spread: 4, spoiled: Number.NaN },
    { vocab: 1000, spread: 4, spoiled: Number.POSITIVE_INFINITY },
    { vocab: 65, spread: 4, spoiled: Number.NEGATIVE_INFINITY },
  ] as readonly Shape[],
  bench: [{ vocab: 49_152, spread: 3 }],
  build({ vocab, ring = RING, spoiled, ...distribution }, random) {
    const layout = smallLayout();
    const target = (): number => random.below(vocab);
    // Row 2 has no target.
    const rows = Array.from({ length: 5 }, (_, i) => ({
      sequence: i === LOGIT_ROWS[1] ? 1 : 0,
      position: i,
      ordinal: i,
      target: i === 2 ? NO_TARGET : target(),
    }));
    const logits = randomLogits(ROWS * vocab, random.word(), distribution);
    if (spoiled !== undefined) logits[vocab - 2] = spoiled;
    const faults = new Uint32Array(layout.maxSequences * FAULT_WORDS);
    if (spoiled !== undefined) faults[FAULT_WORDS + FaultWord.pairs] = 1;
    return {
      params: { rows: ROWS },
      constants: { VOCAB: vocab, RING: ring },
      variant: undefined,
      buffers: {
        state: stepWords({ layout, rows, logitRows: LOGIT_ROWS, sequences: [], step: STEP }),
        logits,
        faults,
        // As f32, so that the results are compared as the numbers that they are.
        outputs: new Float32Array(ring * layout.maxLogitRows * OUTPUT_WORDS).fill(0.5),
      },
    };
  },
  reference({ buffers }, { vocab, ring = RING, spoiled }) {
    const layout = smallLayout();
    const outputs = Float32Array.from(buffers.outputs);
    LOGIT_ROWS.forEach((_, index) => {
      const logits = Array.from(buffers.logits.slice(index * vocab, (index + 1) * vocab));
      const top = logits.reduce((a, b) => Math.max(a, b));
      const lse = top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
      const target = buffers.state[layout.logitRowsAt + index * LOGIT_ROW_WORDS + LogitRow.target]!;
      const at = outputAt(STEP, index, ring, layout.maxLogitRows);
      outputs[at] = target === NO_TARGET ? 0 : lse - logits[target]!;
      outputs[at + 1] = lse;
      if (spoiled !== undefined && index < 2) outputs.fill(NOT_A_NUMBER, at, at + 2);
    });
    return { outputs };
  },
  decode: ({ outputs }) => ({ outputs: (outputs as Float32Array).map((n) => (Number.isNaN(n) ? NOT_A_NUMBER : n)) }),
  // Runs of 16 terms added run by run keep a sum within some roundings of 6e-8; so is its log and the difference.
  tolerance: 1e-6,
  probe: ({ VOCAB, RING: ring }) => ({ vocab: Number(VOCAB), ring: Number(ring), spread: 3 }),
  label: ({ vocab }) => `${LOGIT_ROWS.length} rows of ${vocab}`,
  work: ({ vocab }) => ({ bytes: LOGIT_ROWS.length * vocab * 4, flops: 3 * LOGIT_ROWS.length * vocab }),
});
