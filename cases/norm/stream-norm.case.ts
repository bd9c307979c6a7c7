import { rmsNormThreads } from '../../src/kernels/norm/rms-norm.ts';
import { streamNorm } from '../../src/kernels/norm/stream-norm.ts';
import { kernelCase, uniform } from '../support/kernel-case.ts';
import { rowsState } from './rows-state.ts';

interface Shape {
  readonly hidden: number;
  readonly rows: number;
  readonly bucket: number;
  readonly shifted: boolean;
  readonly gainAt?: number;
}

export default kernelCase(streamNorm, {
  shapes: [
    { hidden: 4, rows: 1, bucket: 1, shifted: true },
    { hidden: 260, rows: 3, bucket: 16, shifted: true, gainAt: 7 },
    { hidden: 384, rows: 16, bucket: 16, shifted: false },
    { hidden: 1028, rows: 5, bucket: 5, shifted: false },
  ] as readonly Shape[],
  bench: [],
  build({ hidden, rows, bucket, shifted, gainAt = 0 }, random) {
    const biasAt = gainAt + hidden / 4;
    const shiftAt = biasAt + hidden / 4;
    return {
      params: { epsilon: 1e-12, gain_at: gainAt, bias_at: biasAt, shift_at: shiftAt, rows: bucket, layer: 0 },
      constants: { HIDDEN: hidden, THREADS: rmsNormThreads(hidden), SHIFTED: shifted },
      variant: undefined,
      buffers: {
        state: rowsState(bucket, rows),
        vectors: uniform(4 * shiftAt + hidden, random, 2),
        x: uniform(bucket * hidden, random),
      },
    };
  },
  reference({ params, buffers: { x, vectors } }, { hidden, rows, shifted }) {
    const at = (place: number, i: number): number => vectors[4 * place + (i % hidden)]!;
    return {
      x: Array.from(x, (before, i) => {
        if (i >= rows * hidden) return before;
        const first = i - (i % hidden);
        const row = Array.from({ length: hidden }, (_, j) => x[first + j]! + (shifted ? at(params.shift_at, j) : 0));
        const mean = row.reduce((sum, value) => sum + value, 0) / hidden;
        const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / hidden;
        const normed = (row[i % hidden]! - mean) / Math.sqrt(variance + params.epsilon);
        return normed * at(params.gain_at, i) + at(params.bias_at, i);
      }),
    };
  },
  // As norm/layer-norm.
  tolerance: 1e-5,
  probe: ({ HIDDEN, SHIFTED }) => ({ hidden: Number(HIDDEN), rows: 2, bucket: 3, shifted: SHIFTED === true }),
});
