import source from '../../../shaders/norm/stream-norm.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';

/**
 * x = LayerNorm(x), or of x + shift (SHIFTED), with gain and bias, for every row, in place; the vectors' places in quads. HIDDEN is a
 * multiple of 4; THREADS 64 to 256.
 */
export const streamNorm = defineKernel({
  name: 'norm/stream-norm',
  source,
  params: { epsilon: 'f32', gain_at: 'u32', bias_at: 'u32', shift_at: 'u32', rows: 'u32', layer: 'u32' },
  bindings: { state: 'read', vectors: 'read', x: 'read_write' },
  constants: { HIDDEN: 'u32', THREADS: 'u32', SHIFTED: 'bool' },
  includes: () => [stepStatePart, stepRowsPart],
  grid: ({ rows }) => [rows],
});
