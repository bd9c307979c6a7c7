import { expertsProject } from '../../src/kernels/moe/project.ts';
import { kernelCase } from '../support/kernel-case.ts';
import {
  activations,
  constantsOf,
  missingFeatures,
  paramsOf,
  randomMatrix,
  rememberWeights,
  rowsVariant,
  untouched,
  weightsOf,
  type LinearShape,
} from '../linear/matrices.ts';

/** `outputs` are those of all experts; `batch` is the rows before they are routed. */
interface Shape extends LinearShape {
  readonly experts: number;
  readonly used: number;
  /** Every expert of a row reads the row, not a row of its own. */
  readonly shared?: boolean;
}

const base = { type: 'Q4_1', outputs: 4 * 36, k: 96, rowTile: 8, batch: 1, experts: 4, used: 2 } as const;

export default kernelCase(expertsProject, {
  shapes: [
    { ...base, variant: rowsVariant(8, 4, 2, 1) },
    { ...base, batch: 3, variant: rowsVariant(4, 16, 2, 1), shared: true },
    { ...base, type: 'Q8_0', batch: 11, rowTile: 64, variant: rowsVariant(8, 1, 4, 1, 8) },
    { ...base, type: 'Q6_K', k: 256, outputs: 6 * 10, experts: 6, used: 3, batch: 2, variant: rowsVariant(8, 2, 2, 1) },
  ] as readonly Shape[],
  bench: [],
  // As linear/project.
  tolerance: 3e-6,
  missing: ({ variant }, gpu) => missingFeatures(variant, gpu),
  build(shape, random) {
    const { outputs, k, batch, experts, used, shared = false } = shape;
    const { packed, weights } = randomMatrix(shape, random);
    const columns = batch * used;
    const routes = Uint32Array.from({ length: columns * 2 }, (_, i) => (i % 2 === 0 ? random.below(experts) : 0));
    const one = outputs / experts;
    return rememberWeights(
      {
        params: { blocks: paramsOf(shape).blocks, outputs: one, columns },
        constants: { ...constantsOf(shape, false), SHARE: shared ? used : 1 },
        variant: { type: shape.type, shape: shape.variant },
        buffers: {
          ...packed,
          x: activations(shared ? batch : columns, k, random),
          routes,
          y: untouched((columns + 1) * one),
        },
      },
      weights,
    );
  },
  reference(built, { outputs, k, batch, experts, used, shared = false }) {
    const { x, routes } = built.buffers;
    const one = outputs / experts;
    const weights = weightsOf(built);
    const y = Float64Array.from(built.buffers.y);
    const product = (row: number, at: number): number => {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += weights[row * k + i]! * x[at * k + i]!;
      return sum;
    };
    for (let column = 0; column < batch * used; column++) {
      const first = routes[2 * column]! * one;
      const at = shared ? Math.floor(column / used) : column;
      for (let output = 0; output < one; output++) y[column * one + output] = product(first + output, at);
    }
    return { y };
  },
});
