import source from '../../../shaders/elementwise/silu-mul.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';

/** The most workgroups put in x before y is used. */
const GRID_X = 1024;

/** y = silu(gate) * y for `count` elements, a multiple of 4. Where gate and up share a type, linear/gate-up does it. */
export const siluMul = defineKernel({
  name: 'elementwise/silu-mul',
  source,
  params: { count: 'u32' },
  bindings: { gate: 'read', y: 'read_write' },
  constants: {},
  grid: ({ count }) => {
    const groups = ceilDiv(count / 4, 64);
    const x = Math.min(groups, GRID_X);
    return [x, ceilDiv(groups, x)];
  },
});
