import { project } from '../../../src/kernels/linear/project.ts';
import { kernelCase } from '../../support/kernel-case.ts';
import {
  TILE,
  TYPES,
  activations,
  columnsFor,
  columnsVariant,
  constantsOf,
  paramsOf,
  missingSubgroups,
  multiplyRows,
  randomMatrix,
  rememberWeights,
  rowsVariant,
  untouched,
  weightsOf,
  type LinearShape,
} from './matrices.ts';

interface Shape extends LinearShape {
  /** Adds to y instead of writing it. */
  readonly residual: boolean;
}

const base = { type: 'Q4_1', outputs: 100, k: 96, rowTile: 8, batch: 1, residual: false } as const;

/** Every type with each core. */
const everyType = TYPES.flatMap((type): Shape[] => {
  const k = columnsFor(type, 96);
  return [
    { ...base, type, k, variant: rowsVariant(8, 1, 2, 1) },
    { ...base, type, k, batch: 5, rowTile: 64, variant: columnsVariant(8, 2, 2, 4) },
    { ...base, type, k, batch: 17, variant: TILE },
  ];
});

const shapes: readonly Shape[] = [
  { ...base, outputs: 2, k: 32, rowTile: 1, variant: rowsVariant(1, 64, 2, 1) },
  { ...base, outputs: 2, k: 32, variant: rowsVariant(32, 1, 2, 1) },
  { ...base, k: 64, variant: rowsVariant(8, 16, 2, 1) },
  { ...base, k: 576, variant: rowsVariant(4, 16, 2, 1), residual: true },
  { ...base, k: 576, batch: 3, variant: rowsVariant(4, 16, 2, 2), residual: true },
  { ...base, k: 576, batch: 8, type: 'Q8_0', rowTile: 64, variant: rowsVariant(16, 1, 2, 8, 8) },
  { ...base, batch: 4, rowTile: 64, variant: rowsVariant(32, 1, 4, 1) },
  { ...base, batch: 5, rowTile: 32, variant: rowsVariant(32, 4, 2, 4, 8) },
  { ...base, type: 'Q6_K', k: 512, batch: 3, variant: rowsVariant(8, 4, 6, 1) },
  { ...base, type: 'Q5_0', rowTile: 8, variant: rowsVariant(8, 2, 10, 1) },
  { ...base, rowTile: 64, variant: rowsVariant(32, 1, 8, 1, 4), residual: true },
  { ...base, type: 'Q8_0', k: 576, batch: 8, rowTile: 64, variant: rowsVariant(8, 1, 4, 8, 8) },
  { ...base, type: 'Q8_0', k: 576, batch: 8, rowTile: 64, variant: rowsVariant(8, 4, 4, 8, 8) },
  { ...base, batch: 3, rowTile: 64, variant: rowsVariant(8, 2, 8, 4, 4) },
  { ...base, k: 576, batch: 70, rowTile: 64, variant: columnsVariant(8, 8, 16, 8), residual: true },
  { ...base, batch: 16, rowTile: 1, variant: columnsVariant(8, 4, 5, 4) },
  { ...base, type: 'Q8_0', k: 64, batch: 33, variant: columnsVariant(64, 2, 2) },
  { ...base, k: 576, batch: 70, outputs: 130, rowTile: 8, variant: TILE, residual: true },
  { ...base, type: 'Q8_0', k: 32, batch: 64, outputs: 64, rowTile: 1, variant: TILE },
  ...everyType,
];

export default kernelCase(project, {
  shapes,
  bench: [
    { ...base, outputs: 576, k: 1536, rowTile: 64, residual: true, variant: rowsVariant(8, 1, 4, 1, 8) },
    { ...base, outputs: 576, k: 1536, rowTile: 8, residual: true, variant: rowsVariant(4, 16, 2, 1) },
    { ...base, outputs: 576, k: 1536, batch: 64, rowTile: 64, residual: true, variant: columnsVariant(8, 8, 16, 8) },
    { ...base, outputs: 576, k: 1536, batch: 64, rowTile: 8, residual: true, variant: TILE },
  ],
  tolerance: 3e-6,
  missing: ({ variant }, gpu) => missingSubgroups(variant, gpu),
  build(shape, random) {
    const { packed, weights } = randomMatrix(shape, random);
    // Rows past the batch must stay untouched, also where a workgroup's last columns lie beyond it.
    const y = untouched((shape.batch + 3) * shape.outputs);
    if (shape.residual) y.set(activations(shape.batch, shape.outputs, random));
    return rememberWeights(
      {
        params: { ...paramsOf(shape), columns: shape.batch },
        constants: { ...constantsOf(shape, false), RESIDUAL: shape.residual },
        variant: { type: shape.type, shape: shape.variant },
        buffers: { ...packed, x: activations(shape.batch, shape.k, random), y },
      },
      weights,
    );
  },
  reference(built, { outputs, k, residual }) {
    const y = Float64Array.from(built.buffers.y);
    multiplyRows(weightsOf(built), built.buffers.x, outputs, k)
      .flat()
      .forEach((value, i) => (y[i] = value + (residual ? y[i]! : 0)));
    return { y };
  },
  work: ({ outputs, k, batch }) => ({ bytes: (outputs * k) / 2, flops: 2 * outputs * k * batch }),
});
