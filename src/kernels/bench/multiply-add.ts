import source from '../../../shaders/bench/multiply-add.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';

/** `rounds` times UNROLL multiply-adds of CHAINS chains in each of GROUPS * THREADS threads. */
export const multiplyAdd = defineKernel({
  name: 'bench/multiply-add',
  source,
  params: { rounds: 'u32', scale: 'f32', offset: 'f32' },
  bindings: { sums: 'read_write' },
  constants: { THREADS: 'u32', GROUPS: 'u32', CHAINS: 'u32', UNROLL: 'u32' },
  grid: (_params, { GROUPS }) => [Number(GROUPS)],
});
