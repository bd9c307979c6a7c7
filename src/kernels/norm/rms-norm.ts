import int8Block from '../../../shaders/lib/linear/int8-block.wgsl?raw';
import rowsF32 from '../../../shaders/lib/norm-rows.f32.wgsl?raw';
import rowsInt8 from '../../../shaders/lib/norm-rows.int8.wgsl?raw';
import source from '../../../shaders/norm/rms-norm.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';

/** How normalised rows are stored: int8 = codes with a scale for 32 values, for linear kernels with int8 activations. */
export type NormOutput = 'f32' | 'int8';

/**
 * y = x * gain / sqrt(mean(x^2) + epsilon) for every row; gain_at in quads. HIDDEN is a multiple of 4, for int8 of 32;
 * THREADS 64 to 256.
 */
export const rmsNorm = defineKernel({
  name: 'norm/rms-norm',
  source,
  params: { epsilon: 'f32', gain_at: 'u32', rows: 'u32', layer: 'u32' },
  bindings: { state: 'read', x: 'read', gain: 'read', y: 'read_write' },
  constants: { HIDDEN: 'u32', THREADS: 'u32' },
  includes: (output: NormOutput) => [
    stepStatePart,
    stepRowsPart,
    ...(output === 'int8'
      ? [
          { name: 'lib/linear/int8-block', text: int8Block },
          { name: 'lib/norm-rows.int8', text: rowsInt8 },
        ]
      : [{ name: 'lib/norm-rows.f32', text: rowsF32 }]),
  ],
  grid: ({ rows }) => [rows],
});

/** Threads of a workgroup that suit a row of `hidden` values. */
export const rmsNormThreads = (hidden: number): number => (hidden > 2048 ? 256 : hidden > 1024 ? 128 : 64);
