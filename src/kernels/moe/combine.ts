import source from '../../../shaders/moe/combine.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';

/** y[row] += factor * the sum of weight * x over the row's experts. x [rows, USED, 4 quads], y [rows, 4 quads]. */
export const combine = defineKernel({
  name: 'moe/combine',
  source,
  params: { quads: 'u32', rows: 'u32', factor: 'f32' },
  bindings: { routes: 'read', x: 'read', y: 'read_write' },
  constants: { USED: 'u32' },
  grid: ({ quads, rows }) => [ceilDiv(quads, 64), rows],
});
