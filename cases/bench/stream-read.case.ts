import { streamRead } from '../../src/kernels/bench/stream-read.ts';
import { kernelCase } from '../support/kernel-case.ts';

interface Shape {
  readonly quads: number;
  readonly threads: number;
  readonly groupThreads: number;
  readonly loads: number;
}

/** It is timed as a roof; as a kernel it needs no shapes worth timing. */
export default kernelCase(streamRead, {
  shapes: [
    { quads: 64, threads: 64, groupThreads: 64, loads: 1 },
    { quads: 768, threads: 64, groupThreads: 32, loads: 4 },
    { quads: 4096, threads: 1024, groupThreads: 64, loads: 2 },
  ] as readonly Shape[],
  bench: [],
  // Whole numbers that wrap.
  tolerance: 0,
  build: ({ quads, threads, groupThreads, loads }, random) => ({
    params: { quads, threads },
    constants: { THREADS: groupThreads, LOADS: loads },
    variant: undefined,
    buffers: {
      source: Uint32Array.from({ length: quads * 4 }, () => random.below(1 << 20)),
      sums: new Uint32Array(threads),
    },
  }),
  reference: ({ buffers: { source } }, { threads }) => {
    const sums = Array<number>(threads).fill(0);
    source.forEach((word, i) => (sums[Math.floor(i / 4) % threads]! += word));
    return { sums };
  },
  work: ({ quads }) => ({ bytes: quads * 16, flops: 0 }),
});
