import { activationOf, type Activation } from '../../src/kernels/linear/activation.ts';
import { affine } from '../../src/kernels/linear/affine.ts';
import { kernelCase } from '../support/kernel-case.ts';
import {
  INT8_TILE,
  TILE,
  activations,
  columnsVariant,
  constantsOf,
  linearLabel,
  linearWork,
  paramsOf,
  missingFeatures,
  inputRows,
  inputsOf,
  multiplyRows,
  randomMatrix,
  rememberWeights,
  rowsVariant,
  suitsAdapter,
  untouched,
  weightsOf,
  type LinearShape,
} from './matrices.ts';

interface Shape extends LinearShape {
  readonly into: 'write' | 'add' | 'multiply';
  readonly activation: Activation;
  readonly biased: boolean;
  readonly factor: number;
  /** Multiplies the bias: with 300, activations reach their ends. Default 1. */
  readonly size?: number;
}

const base = {
  type: 'Q4_1',
  outputs: 100,
  k: 96,
  rowTile: 8,
  batch: 1,
  into: 'write',
  activation: 'none',
  biased: true,
  factor: 1,
} as const;
/** Quads that stand before the bias. */
const BIAS_AT = 3;

const shapes: readonly Shape[] = [
  { ...base, variant: rowsVariant(8, 4, 2, 1) },
  { ...base, outputs: 6, k: 32, into: 'add', variant: rowsVariant(2, 16, 2, 1) },
  { ...base, biased: false, factor: 0.22, into: 'add', batch: 3, variant: rowsVariant(8, 4, 2, 2) },
  { ...base, biased: false, activation: 'gelu-tanh', into: 'multiply', batch: 2, variant: rowsVariant(8, 2, 2, 2) },
  { ...base, activation: 'gelu-tanh', size: 300, variant: rowsVariant(8, 4, 2, 1) },
  { ...base, activation: 'gelu-erf', batch: 3, variant: rowsVariant(8, 4, 2, 4) },
  { ...base, activation: 'gelu-erf', size: 300, variant: rowsVariant(8, 4, 2, 1) },
  { ...base, activation: 'silu', size: 300, into: 'multiply', variant: rowsVariant(8, 4, 2, 1) },
  { ...base, type: 'Q8_0', batch: 8, rowTile: 64, activation: 'gelu-tanh', variant: rowsVariant(8, 1, 4, 8, 8) },
  { ...base, batch: 19, rowTile: 64, activation: 'gelu-tanh', variant: columnsVariant(8, 4, 8, 8) },
  { ...base, batch: 70, outputs: 130, into: 'add', factor: 2, variant: TILE },
  { ...base, batch: 19, outputs: 70, activation: 'gelu-tanh', variant: INT8_TILE },
];

export default kernelCase(affine, {
  shapes,
  bench: [],
  label: (shape: Shape) => linearLabel(shape),
  // As linear/project; the activations add the few ulp of their exp, gelu-erf 1.5e-7.
  tolerance: 4e-6,
  suits: suitsAdapter,
  missing: ({ variant }, gpu) => missingFeatures(variant, gpu),
  build(shape, random) {
    const { outputs, k, batch, into, activation, biased, factor, size = 1 } = shape;
    const { packed, weights } = randomMatrix(shape, random);
    const { x, values } = inputRows(shape.variant, activations(batch, k, random));
    const vectors = untouched(BIAS_AT * 4 + Math.ceil(outputs / 4) * 4).map(() => (random.next() * 2 - 1) * size);
    const y = untouched((batch + 3) * outputs);
    if (into !== 'write') y.set(activations(batch, outputs, random));
    return rememberWeights(
      {
        params: { ...paramsOf(shape), columns: batch, bias_at: BIAS_AT, factor },
        constants: { ...constantsOf(shape, false), RESIDUAL: into === 'add', MULTIPLY: into === 'multiply' },
        variant: { type: shape.type, shape: shape.variant, activation, biased },
        buffers: { ...packed, x, vectors, y },
      },
      weights,
      values,
    );
  },
  reference(built, { outputs, k, into, activation, biased, factor }) {
    const y = Float64Array.from(built.buffers.y);
    const act = activationOf(activation);
    multiplyRows(weightsOf(built), inputsOf(built), outputs, k)
      .flat()
      .forEach((product, i) => {
        const value = factor * act(product + (biased ? built.buffers.vectors[BIAS_AT * 4 + (i % outputs)]! : 0));
        y[i] = into === 'add' ? y[i]! + value : into === 'multiply' ? y[i]! * value : value;
      });
    return { y };
  },
  work: (shape) => linearWork(shape, shape.outputs),
});
