import { addNorm } from '../../src/kernels/norm/add-norm.ts';
import { rmsNormThreads } from '../../src/kernels/norm/rms-norm.ts';
import { kernelCase, uniform } from '../support/kernel-case.ts';
import { rowsState } from './rows-state.ts';

interface Shape {
  readonly hidden: number;
  readonly rows: number;
  readonly bucket: number;
  readonly gainAt?: number;
  readonly factor?: number;
  readonly size?: number;
}

export default kernelCase(addNorm, {
  shapes: [
    { hidden: 4, rows: 1, bucket: 1 },
    { hidden: 260, rows: 3, bucket: 16, gainAt: 7, factor: 0.3 },
    { hidden: 576, rows: 16, bucket: 16, size: 3000 },
    { hidden: 4096, rows: 2, bucket: 3, size: 1e-4 },
  ] as readonly Shape[],
  bench: [],
  build: ({ hidden, rows, bucket, gainAt = 0, factor = 1, size = 1 }, random) => ({
    params: { epsilon: 1e-5, gain_at: gainAt, factor, rows: bucket, layer: 0 },
    constants: { HIDDEN: hidden, THREADS: rmsNormThreads(hidden) },
    variant: undefined,
    buffers: {
      state: rowsState(bucket, rows),
      x: uniform(bucket * hidden, random, size),
      gain: uniform(gainAt * 4 + hidden, random, 2),
      y: uniform(bucket * hidden, random),
    },
  }),
  reference({ params: { epsilon, gain_at: gainAt, factor }, buffers: { x, gain, y } }, { hidden, rows }) {
    return {
      y: Array.from(y, (before, i) => {
        if (i >= rows * hidden) return before;
        const row = Array.from(x.subarray(i - (i % hidden), i - (i % hidden) + hidden));
        const squares = row.reduce((sum, value) => sum + value * value, 0);
        return before + (factor * x[i]! * gain[4 * gainAt + (i % hidden)]!) / Math.sqrt(squares / hidden + epsilon);
      }),
    };
  },
  // As norm/rms-norm, and one more addition.
  tolerance: 3e-6,
  probe: ({ HIDDEN }) => ({ hidden: Number(HIDDEN), rows: 2, bucket: 3 }),
});
