import source from '../../../shaders/bench/stream-read.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';

/** Adds up a buffer of `quads` vec4u with `threads` threads; quads is a multiple of threads * LOADS, threads of THREADS. */
export const streamRead = defineKernel({
  name: 'bench/stream-read',
  source,
  params: { quads: 'u32', threads: 'u32' },
  bindings: { source: 'read', sums: 'read_write' },
  constants: { THREADS: 'u32', LOADS: 'u32' },
  grid: ({ threads }, { THREADS }) => [threads / Number(THREADS)],
});
