import { activationOf, type Activation } from '../../src/kernels/linear/activation.ts';
import { gateUp } from '../../src/kernels/linear/gate-up.ts';
import { kernelCase } from '../support/kernel-case.ts';
import {
  INT8_TILE,
  TILE,
  UNTOUCHED,
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
  normRows,
  randomMatrix,
  rememberWeights,
  rowsVariant,
  suitsAdapter,
  untouched,
  weightsOf,
  type LinearShape,
} from './matrices.ts';

interface Shape extends LinearShape {
  readonly norm: boolean;
  /** Multiplies the norm weights: with 60, gates reach hundreds, where exp overflows. Default 1. */
  readonly gain?: number;
  /** Default 'silu'. */
  readonly activation?: Activation;
}

const base = { type: 'Q4_1', outputs: 100, k: 96, rowTile: 8, batch: 1, norm: true } as const;
const EPSILON = 1e-5;
/** Quads that stand before the norm weights. */
const GAIN_AT = 5;

const shapes: readonly Shape[] = [
  { ...base, variant: rowsVariant(8, 4, 2, 1) },
  { ...base, batch: 3, k: 576, variant: rowsVariant(8, 4, 2, 2) },
  { ...base, outputs: 6, k: 32, gain: 60, variant: rowsVariant(2, 16, 2, 1) },
  { ...base, type: 'Q8_0', batch: 8, k: 64, rowTile: 64, variant: rowsVariant(8, 1, 4, 8, 8) },
  { ...base, batch: 2, k: 576, rowTile: 64, gain: 60, variant: rowsVariant(8, 1, 4, 2, 8) },
  { ...base, batch: 3, rowTile: 64, variant: rowsVariant(8, 4, 2, 4, 4) },
  { ...base, type: 'Q6_K', k: 256, batch: 2, norm: false, variant: rowsVariant(8, 2, 2, 2) },
  { ...base, batch: 19, norm: false, gain: 60, variant: columnsVariant(8, 4, 8, 8) },
  { ...base, type: 'Q8_0', batch: 66, norm: false, variant: TILE },
  { ...base, outputs: 70, batch: 19, norm: false, variant: INT8_TILE },
  { ...base, batch: 3, activation: 'gelu-tanh', gain: 60, variant: rowsVariant(8, 4, 2, 2) },
  { ...base, batch: 19, norm: false, activation: 'gelu-tanh', variant: columnsVariant(8, 4, 8, 8) },
];

export default kernelCase(gateUp, {
  shapes,
  bench: [
    { ...base, outputs: 3072, k: 576, rowTile: 64, variant: rowsVariant(8, 1, 4, 1, 8) },
    { ...base, outputs: 3072, k: 576, rowTile: 64, variant: rowsVariant(4, 1, 4, 1, 4) },
    { ...base, outputs: 3072, k: 576, rowTile: 8, variant: rowsVariant(4, 16, 2, 1) },
    // A 1B model's: 21 MB.
    { ...base, outputs: 16_384, k: 2048, rowTile: 64, variant: rowsVariant(8, 1, 4, 1, 8) },
    { ...base, outputs: 16_384, k: 2048, rowTile: 8, variant: rowsVariant(8, 8, 2, 1) },
  ],
  label: (shape: Shape) => linearLabel(shape),
  // As linear/project, and silu adds the few ulp of its exp.
  tolerance: 3e-6,
  suits: suitsAdapter,
  missing: ({ variant }, gpu) => missingFeatures(variant, gpu),
  build(shape, random) {
    const { outputs, k, batch, norm, gain = 1, activation } = shape;
    const { packed, weights } = randomMatrix(shape, random);
    const vectors = untouched(GAIN_AT * 4 + k).map((_, i) => (i < GAIN_AT * 4 ? NaN : (random.next() + 0.5) * gain));
    const { x, values } = inputRows(
      shape.variant,
      activations(batch, k, random).map((value) => (norm ? value : value * gain)),
    );
    return rememberWeights(
      {
        params: { ...paramsOf(shape), columns: batch, epsilon: EPSILON, gain_at: GAIN_AT },
        constants: constantsOf(shape, norm),
        variant: { type: shape.type, shape: shape.variant, ...(activation && { activation }) },
        buffers: { ...packed, x, vectors, y: untouched((batch + 3) * (outputs / 2)) },
      },
      weights,
      values,
    );
  },
  reference(built, { outputs, k, norm, batch, activation = 'silu' }) {
    const act = activationOf(activation);
    const x = inputsOf(built);
    const vectors = built.buffers.vectors as Float32Array;
    const input = norm ? normRows(x, vectors.subarray(GAIN_AT * 4), k, EPSILON) : x;
    const y = multiplyRows(weightsOf(built), input, outputs, k).flatMap((row) =>
      Array.from({ length: outputs / 2 }, (_, i) => act(row[2 * i]!) * row[2 * i + 1]!),
    );
    return { y: [...y, ...Array<number>(3 * (outputs / 2)).fill(UNTOUCHED)].slice(0, (batch + 3) * (outputs / 2)) };
  },
  work: (shape) => linearWork(shape, shape.outputs / 2),
});
