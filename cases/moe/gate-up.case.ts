import { expertsGateUp } from '../../src/kernels/moe/gate-up.ts';
import { activationOf, type Activation } from '../../src/kernels/linear/activation.ts';
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
  readonly activation?: Activation;
}

const base = { type: 'Q4_1', outputs: 4 * 36, k: 96, rowTile: 8, batch: 1, experts: 4, used: 2 } as const;

export default kernelCase(expertsGateUp, {
  shapes: [
    { ...base, variant: rowsVariant(8, 4, 2, 1) },
    { ...base, batch: 3, variant: rowsVariant(4, 16, 2, 1) },
    { ...base, type: 'Q8_0', batch: 11, rowTile: 64, variant: rowsVariant(8, 1, 4, 1, 8), activation: 'gelu-tanh' },
    { ...base, type: 'Q6_K', k: 256, outputs: 6 * 10, experts: 6, used: 3, batch: 2, variant: rowsVariant(8, 2, 2, 1) },
  ] as readonly Shape[],
  bench: [],
  // As linear/gate-up.
  tolerance: 3e-6,
  missing: ({ variant }, gpu) => missingFeatures(variant, gpu),
  build(shape, random) {
    const { outputs, k, batch, experts, used, activation = 'silu' } = shape;
    const { packed, weights } = randomMatrix(shape, random);
    const columns = batch * used;
    const routes = Uint32Array.from({ length: columns * 2 }, (_, i) => (i % 2 === 0 ? random.below(experts) : 0));
    const one = outputs / experts;
    return rememberWeights(
      {
        params: { blocks: paramsOf(shape).blocks, outputs: one, columns },
        constants: { ...constantsOf(shape, false), USED: used },
        variant: { type: shape.type, shape: shape.variant, activation },
        buffers: {
          ...packed,
          x: activations(batch, k, random),
          routes,
          y: untouched((columns + 1) * (one / 2)),
        },
      },
      weights,
    );
  },
  reference(built, { outputs, k, batch, experts, used, activation = 'silu' }) {
    const { x, routes } = built.buffers;
    const one = outputs / experts;
    const weights = weightsOf(built);
    const y = Float64Array.from(built.buffers.y);
    const act = activationOf(activation);
    const product = (row: number, at: number): number => {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += weights[row * k + i]! * x[at * k + i]!;
      return sum;
    };
    for (let column = 0; column < batch * used; column++) {
      const first = routes[2 * column]! * one;
      const at = Math.floor(column / used);
      for (let output = 0; output < one / 2; output++)
        y[column * (one / 2) + output] = act(product(first + 2 * output, at)) * product(first + 2 * output + 1, at);
    }
    return { y };
  },
});
