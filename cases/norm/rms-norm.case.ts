import { rmsNorm, rmsNormThreads, type NormOutput } from '../../src/kernels/norm/rms-norm.ts';
import { int8Rows } from '../../src/kernels/elementwise/int8-rows.ts';
import { decodeInt8Rows, steadyRows } from '../reference/int8-rows.ts';
import { kernelCase, uniform } from '../support/kernel-case.ts';
import { rowsState } from './rows-state.ts';

interface Shape {
  readonly hidden: number;
  readonly rows: number;
  readonly bucket: number;
  readonly gainAt?: number;
  /** Default 'f32'. */
  readonly output?: NormOutput;
  /** Size of the inputs: residual streams have channels far above 1. */
  readonly size?: number;
}

export default kernelCase(rmsNorm, {
  shapes: [
    { hidden: 4, rows: 1, bucket: 1 },
    { hidden: 260, rows: 3, bucket: 16, gainAt: 7 },
    { hidden: 576, rows: 16, bucket: 16, size: 3000 },
    { hidden: 1028, rows: 5, bucket: 5, size: 1e-4 },
    { hidden: 4096, rows: 2, bucket: 3 },
    { hidden: 32, rows: 1, bucket: 2, output: 'int8' },
    { hidden: 576, rows: 3, bucket: 4, gainAt: 7, output: 'int8' },
    { hidden: 2080, rows: 1, bucket: 1, output: 'int8' },
  ] as readonly Shape[],
  bench: [{ hidden: 576, rows: 256, bucket: 256 }],
  build({ hidden, rows, bucket, gainAt = 0, size = 1, output = 'f32' }, random) {
    const state = rowsState(bucket, rows);
    return {
      params: { epsilon: 1e-5, gain_at: gainAt, rows: bucket, layer: 0 },
      constants: { HIDDEN: hidden, THREADS: rmsNormThreads(hidden) },
      variant: output,
      buffers: {
        state,
        ...(output === 'int8'
          ? {
              x: steadyRows(bucket * hidden, random),
              // Powers of two, one for 32 elements, so that codes stay steady.
              gain: Float32Array.from({ length: gainAt * 4 + hidden }, (_, i) => 2 ** (((i - gainAt * 4) >> 5) % 3)),
              y: new Uint32Array((bucket * hidden * 12) / 32),
            }
          : {
              x: uniform(bucket * hidden, random, size),
              gain: uniform(gainAt * 4 + hidden, random, 2),
              y: new Float32Array(bucket * hidden).fill(7),
            }),
      },
    };
  },
  reference({ params, buffers: { x, gain, y } }, { hidden, rows, gainAt = 0, output }) {
    const normed = Float64Array.from(x, (value, i) => {
      const row = Math.floor(i / hidden);
      let squares = 0;
      for (let k = row * hidden; k < (row + 1) * hidden; k++) squares += x[k]! ** 2;
      return (value * gain[gainAt * 4 + (i % hidden)]!) / Math.sqrt(squares / hidden + params.epsilon);
    });
    if (output === 'int8') {
      const words = new Uint32Array(y.length);
      words.set(int8Rows(normed.subarray(0, rows * hidden)).words);
      return decodeInt8Rows(words);
    }
    return { y: Array.from(y, (before, i) => (i < rows * hidden ? normed[i]! : before)) };
  },
  decode: (got, { output }) => (output === 'int8' ? decodeInt8Rows(got['y'] as Uint32Array<ArrayBuffer>) : got),
  // Sums of up to 4096 squares in runs of at most 256, each rounding 6e-8 and half of it under the root; codes are steady.
  tolerance: 2e-6,
  probe: ({ HIDDEN }, output) => ({ hidden: Number(HIDDEN), rows: 2, bucket: 3, output }),
  work: ({ hidden, rows }) => ({ bytes: 8 * rows * hidden, flops: 4 * rows * hidden }),
});
