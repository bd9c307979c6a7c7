import source from '../../../shaders/norm/layer-norm.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';

/**
 * y = (x - mean) / sqrt(variance + epsilon) * gain, with BIASED + bias, for every row; gain_at and bias_at in quads. HIDDEN is a
 * multiple of 4; THREADS 64 to 256.
 */
export const layerNorm = defineKernel({
  name: 'norm/layer-norm',
  source,
  params: { epsilon: 'f32', gain_at: 'u32', bias_at: 'u32', rows: 'u32', layer: 'u32' },
  bindings: { state: 'read', x: 'read', vectors: 'read', y: 'read_write' },
  constants: { HIDDEN: 'u32', THREADS: 'u32', BIASED: 'bool' },
  includes: () => [stepStatePart, stepRowsPart],
  grid: ({ rows }) => [rows],
});
