import { siluMul } from '../../src/kernels/elementwise/silu-mul.ts';
import { kernelCase, uniform } from '../support/kernel-case.ts';

interface Shape {
  readonly count: number;
  /** Elements of the buffers; those after `count` must stay as they are. */
  readonly length: number;
  /** Largest |gate|. */
  readonly size: number;
}

const shapes: readonly Shape[] = [
  { count: 4, length: 8, size: 3 },
  { count: 780, length: 1040, size: 3 },
  // exp(300) is beyond f32.
  { count: 4 * 1536, length: 4 * 1536, size: 300 },
  // More workgroups than go in x.
  { count: 1024 * 256 + 4, length: 1024 * 256 + 8, size: 3 },
];

export default kernelCase(siluMul, {
  shapes,
  bench: [{ count: 8 * 1536, length: 8 * 1536, size: 3 }],
  label: ({ count }) => `${count} elements`,
  // Four roundings of 6e-8, and exp, which WGSL allows 3 ulp and 2 more for every unit of x: it weighs where silu is small.
  tolerance: 1e-6,
  probe: () => ({ count: 780, length: 1040, size: 3 }),
  build: ({ count, length, size }: Shape, random) => {
    const pattern = uniform(8192, random);
    return {
      params: { count },
      constants: {},
      variant: undefined,
      buffers: {
        gate: Float32Array.from({ length }, (_, i) => pattern[i % 8192]! * size),
        y: Float32Array.from({ length }, (_, i) => pattern[(i * 7 + 3) % 8191]!),
      },
    };
  },
  reference: ({ buffers: { gate, y } }, { count }) => ({
    y: Float64Array.from(y, (up, i) => (i < count ? (gate[i]! / (1 + Math.exp(-gate[i]!))) * up : up)),
  }),
  work: ({ count }) => ({ bytes: 12 * count, flops: 5 * count }),
});
