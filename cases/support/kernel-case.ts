import type { Random } from '../../src/core/rng.ts';

export { kernelCase, type AnyKernelCase, type Bytes } from '../../src/kernels/cases/kernel-case.ts';

/** `count` numbers uniform in (-scale, scale). */
export const uniform = (count: number, random: Random, scale = 1): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: count }, () => (random.next() * 2 - 1) * scale);
