import source from '../../../shaders/norm/rms-norm.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepStatePart } from '../step-layout.ts';

/** y = x * gain / sqrt(mean(x^2) + epsilon) for every row; gain_at in quads. HIDDEN is a multiple of 4; THREADS 64 to 256. */
export const rmsNorm = defineKernel({
  name: 'norm/rms-norm',
  source,
  params: { epsilon: 'f32', gain_at: 'u32', rows: 'u32' },
  bindings: { state: 'read', x: 'read', gain: 'read', y: 'read_write' },
  constants: ['HIDDEN', 'THREADS'],
  includes: () => [stepStatePart],
  grid: ({ rows }) => [rows],
});

/** Threads of a workgroup that suit a row of `hidden` values. */
export const rmsNormThreads = (hidden: number): number => (hidden > 2048 ? 256 : hidden > 1024 ? 128 : 64);
