import source from '../../../shaders/bench/empty.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';

/** Adds `step` to a counter: a dispatch that costs only itself. */
export const empty = defineKernel({
  name: 'bench/empty',
  source,
  params: { step: 'u32' },
  bindings: { count: 'read_write' },
  constants: {},
  grid: () => [1],
});
