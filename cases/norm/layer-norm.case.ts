import { layerNorm } from '../../src/kernels/norm/layer-norm.ts';
import { rmsNormThreads } from '../../src/kernels/norm/rms-norm.ts';
import { kernelCase, uniform } from '../support/kernel-case.ts';
import { rowsState } from './rows-state.ts';

interface Shape {
  readonly hidden: number;
  readonly rows: number;
  readonly bucket: number;
  readonly biased: boolean;
  readonly gainAt?: number;
  /** Added to all inputs: what a norm takes off again. */
  readonly mean?: number;
}

export default kernelCase(layerNorm, {
  shapes: [
    { hidden: 4, rows: 1, bucket: 1, biased: true },
    { hidden: 260, rows: 3, bucket: 16, biased: true, gainAt: 7 },
    { hidden: 576, rows: 16, bucket: 16, biased: false, mean: 10 },
    { hidden: 1028, rows: 5, bucket: 5, biased: true, mean: -3 },
    { hidden: 4096, rows: 2, bucket: 3, biased: false },
  ] as readonly Shape[],
  bench: [],
  build({ hidden, rows, bucket, biased, gainAt = 0, mean = 0 }, random) {
    const biasAt = gainAt + hidden / 4 + 2;
    return {
      params: { epsilon: 1e-5, gain_at: gainAt, bias_at: biased ? biasAt : 0, rows: bucket, layer: 0 },
      constants: { HIDDEN: hidden, THREADS: rmsNormThreads(hidden), BIASED: biased },
      variant: undefined,
      buffers: {
        state: rowsState(bucket, rows),
        x: uniform(bucket * hidden, random).map((value) => value + mean),
        vectors: uniform(4 * biasAt + hidden, random, 2),
        y: new Float32Array(bucket * hidden).fill(7),
      },
    };
  },
  reference({ params, buffers: { x, vectors, y } }, { hidden, rows, biased }) {
    return {
      y: Array.from(y, (before, i) => {
        if (i >= rows * hidden) return before;
        const row = Array.from(x.subarray(i - (i % hidden), i - (i % hidden) + hidden));
        const mean = row.reduce((sum, value) => sum + value, 0) / hidden;
        const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / hidden;
        const normed =
          ((x[i]! - mean) / Math.sqrt(variance + params.epsilon)) * vectors[4 * params.gain_at + (i % hidden)]!;
        return biased ? normed + vectors[4 * params.bias_at + (i % hidden)]! : normed;
      }),
    };
  },
  // A mean of 10 is right to 1e-6, and differences of about 1 with it; sums of 4096 round as those of rms-norm.
  tolerance: 1e-5,
  probe: ({ HIDDEN, BIASED }) => ({ hidden: Number(HIDDEN), rows: 2, bucket: 3, biased: BIASED === true, mean: 1 }),
});
