import { multiplyAdd } from '../../src/kernels/bench/multiply-add.ts';
import { kernelCase } from '../support/kernel-case.ts';

interface Shape {
  readonly rounds: number;
  readonly threads: number;
  readonly groups: number;
  readonly chains: number;
  readonly unroll: number;
}

/** It is timed as a roof; as a kernel it needs no shapes worth timing. */
export default kernelCase(multiplyAdd, {
  shapes: [
    { rounds: 1, threads: 8, groups: 1, chains: 1, unroll: 1 },
    { rounds: 5, threads: 64, groups: 5, chains: 8, unroll: 3 },
  ] as readonly Shape[],
  bench: [],
  // Each multiply-add rounds once or twice; the factor damps what came before.
  tolerance: 1e-6,
  build: ({ rounds, threads, groups, chains, unroll }) => ({
    params: { rounds, scale: 0.75, offset: 0.25 },
    constants: { THREADS: threads, GROUPS: groups, CHAINS: chains, UNROLL: unroll },
    variant: undefined,
    buffers: { sums: new Float32Array(threads * groups) },
  }),
  reference: ({ params: { scale, offset, rounds }, buffers: { sums } }, { chains, unroll }) => ({
    sums: Float64Array.from(sums, (_, thread) => {
      let sum = 0;
      for (let chain = 0; chain < chains; chain++) {
        let value = (thread & 255) / 256 + chain;
        for (let i = 0; i < rounds * unroll; i++) value = value * scale + offset;
        sum += value;
      }
      return sum;
    }),
  }),
  work: ({ rounds, threads, groups, chains, unroll }) => ({
    bytes: 0,
    flops: 2 * rounds * threads * groups * chains * unroll,
  }),
});
