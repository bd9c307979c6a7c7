import { empty } from '../../src/kernels/bench/empty.ts';
import { kernelCase } from '../support/kernel-case.ts';

/** It is timed as a roof; as a kernel it needs no shapes worth timing. */
export default kernelCase(empty, {
  shapes: [{ step: 1 }, { step: 41 }],
  bench: [],
  // A whole number.
  tolerance: 0,
  build: ({ step }: { step: number }) => ({
    params: { step },
    constants: {},
    variant: undefined,
    buffers: { count: Uint32Array.of(5, 6, 7, 8) },
  }),
  reference: (_, { step }) => ({ count: [5 + step, 6, 7, 8] }),
});
