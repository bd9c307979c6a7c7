import { gateUp } from '../../../src/kernels/linear/gate-up.ts';
import { kernelCase } from '../../support/kernel-case.ts';
import {
  TILE,
  UNTOUCHED,
  activations,
  columnsVariant,
  constantsOf,
  paramsOf,
  missingSubgroups,
  multiplyRows,
  normRows,
  randomMatrix,
  rememberWeights,
  rowsVariant,
  untouched,
  weightsOf,
  type LinearShape,
} from './matrices.ts';

interface Shape extends LinearShape {
  readonly norm: boolean;
  /** Multiplies the norm weights: with 60, gates reach hundreds, where exp overflows. Default 1. */
  readonly gain?: number;
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
];

export default kernelCase(gateUp, {
  shapes,
  bench: [
    { ...base, outputs: 3072, k: 576, rowTile: 64, variant: rowsVariant(8, 1, 4, 1, 8) },
    { ...base, outputs: 3072, k: 576, rowTile: 8, variant: rowsVariant(4, 16, 2, 1) },
  ],
  tolerance: 3e-6,
  missing: ({ variant }, gpu) => missingSubgroups(variant, gpu),
  build(shape, random) {
    const { outputs, k, batch, norm, gain = 1 } = shape;
    const { packed, weights } = randomMatrix(shape, random);
    const vectors = untouched(GAIN_AT * 4 + k).map((_, i) => (i < GAIN_AT * 4 ? NaN : (random.next() + 0.5) * gain));
    const x = activations(batch, k, random).map((value) => (norm ? value : value * gain));
    return rememberWeights(
      {
        params: { ...paramsOf(shape), columns: batch, epsilon: EPSILON, gain_at: GAIN_AT },
        constants: constantsOf(shape, norm),
        variant: { type: shape.type, shape: shape.variant },
        buffers: { ...packed, x, vectors, y: untouched((batch + 3) * (outputs / 2)) },
      },
      weights,
    );
  },
  reference(built, { outputs, k, norm, batch }) {
    const { x, vectors } = built.buffers;
    const input = norm ? normRows(x, vectors.subarray(GAIN_AT * 4), k, EPSILON) : x;
    const y = multiplyRows(weightsOf(built), input, outputs, k).flatMap((row) =>
      Array.from({ length: outputs / 2 }, (_, i) => (row[2 * i]! / (1 + Math.exp(-row[2 * i]!))) * row[2 * i + 1]!),
    );
    return { y: [...y, ...Array<number>(3 * (outputs / 2)).fill(UNTOUCHED)].slice(0, (batch + 3) * (outputs / 2)) };
  },
  work: ({ outputs, k, batch }) => ({ bytes: (outputs * k) / 2, flops: 2 * outputs * k * batch }),
});
