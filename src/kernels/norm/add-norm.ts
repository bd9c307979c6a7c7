import source from '../../../shaders/norm/add-norm.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';

/** y += factor * x * gain / sqrt(mean(x^2) + epsilon) for every row; gain_at in quads. HIDDEN is a multiple of 4; THREADS 64 to 256. */
export const addNorm = defineKernel({
  name: 'norm/add-norm',
  source,
  params: { epsilon: 'f32', gain_at: 'u32', factor: 'f32', rows: 'u32', layer: 'u32' },
  bindings: { state: 'read', x: 'read', gain: 'read', y: 'read_write' },
  constants: { HIDDEN: 'u32', THREADS: 'u32' },
  includes: () => [stepStatePart, stepRowsPart],
  grid: ({ rows }) => [rows],
});
