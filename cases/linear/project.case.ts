import { project } from '../../src/kernels/linear/project.ts';
import { hasCodes, tileVariant } from '../../src/kernels/linear/variant.ts';
import { kernelCase } from '../support/kernel-case.ts';
import {
  F16_TILE,
  INT8_COLUMNS,
  INT8_TILE,
  TILE,
  TYPES,
  activations,
  columnsFor,
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
    { ...base, type, k, batch: 17, variant: tileVariant(16, 32) },
    ...(hasCodes(type) ? [{ ...base, type, k, batch: 17, variant: INT8_TILE }] : []),
  ];
});

const everyShape: readonly Shape[] = [
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
  // Every size of tile, with rows and outputs beyond it and an odd number of blocks.
  { ...base, batch: 70, outputs: 130, variant: tileVariant(16, 16), residual: true },
  { ...base, batch: 33, outputs: 66, rowTile: 64, variant: tileVariant(16, 64) },
  { ...base, batch: 66, outputs: 66, k: 32, variant: tileVariant(32, 32) },
  { ...base, batch: 65, outputs: 130, variant: { ...TILE, threadColumns: 8 } },
  { ...base, batch: 70, outputs: 130, k: 576, variant: tileVariant(64, 64, 'int8'), residual: true },
  { ...base, type: 'Q8_0', batch: 33, outputs: 66, k: 32, variant: tileVariant(32, 32, 'int8') },
  { ...base, batch: 19, rowTile: 64, variant: INT8_COLUMNS, residual: true },
  { ...base, type: 'Q6_K', k: 256, batch: 3, rowTile: 64, variant: { ...INT8_COLUMNS, columns: 2, broadcast: 0 } },
  ...everyType,
];

/** Weights and rows are rounded to f16 (2^-11), and four products are added in it. */
const halfShapes: readonly Shape[] = [
  { ...base, batch: 70, outputs: 130, k: 576, variant: tileVariant(64, 64, 'f16'), residual: true },
  { ...base, type: 'F16', batch: 19, k: 32, variant: F16_TILE },
  { ...base, type: 'Q6_K', batch: 17, k: 256, variant: F16_TILE },
  // Inputs that no half holds, and weights that it holds badly.
  { ...base, type: 'Q8_0', batch: 17, variant: F16_TILE, lopsided: 1e-5, halves: { inputs: -16, weights: 20 } },
];

/** A chunk of a prompt. */
const prompt = { ...base, outputs: 1536, k: 576, batch: 512 } as const;

const timed: readonly Shape[] = [
  { ...base, outputs: 576, k: 1536, rowTile: 64, residual: true, variant: rowsVariant(8, 1, 4, 1, 8) },
  { ...base, outputs: 576, k: 1536, rowTile: 64, residual: true, variant: rowsVariant(4, 1, 4, 1, 4) },
  { ...base, outputs: 576, k: 1536, rowTile: 8, residual: true, variant: rowsVariant(4, 16, 2, 1) },
  { ...base, outputs: 576, k: 1536, batch: 64, rowTile: 64, residual: true, variant: columnsVariant(8, 8, 16, 8) },
  { ...base, outputs: 576, k: 1536, batch: 64, rowTile: 64, residual: true, variant: columnsVariant(4, 8, 16, 4) },
  { ...base, outputs: 576, k: 1536, batch: 64, rowTile: 8, residual: true, variant: TILE },
  // A 1B model's: 18 MB.
  { ...base, type: 'Q8_0', outputs: 2048, k: 8192, rowTile: 64, residual: true, variant: rowsVariant(8, 1, 4, 1, 8) },
  { ...base, type: 'Q8_0', outputs: 2048, k: 8192, rowTile: 8, residual: true, variant: rowsVariant(4, 16, 2, 1) },
  { ...prompt, rowTile: 64, variant: columnsVariant(8, 8, 8, 8) },
  { ...prompt, rowTile: 64, variant: columnsVariant(8, 8, 16, 8) },
  { ...prompt, rowTile: 64, variant: { ...columnsVariant(8, 8, 8, 8), activations: 'int8' } },
  { ...prompt, variant: TILE },
  { ...prompt, variant: { ...TILE, threadColumns: 8 } },
  { ...prompt, variant: tileVariant(64, 64, 'int8') },
  { ...prompt, batch: 16, variant: tileVariant(32, 16) },
  { ...prompt, batch: 16, variant: tileVariant(32, 16, 'int8') },
];

const projectCase = (shapes: readonly Shape[], bench: readonly Shape[], tolerance: number) =>
  kernelCase(project, {
    shapes,
    bench,
    label: (shape: Shape) => linearLabel(shape),
    // The reference of a chunk of a prompt takes seconds.
    check: (shape: Shape) => (shape.batch <= 64 ? shape : { ...shape, batch: 70, outputs: 130 }),
    tolerance,
    suits: suitsAdapter,
    missing: ({ variant }, gpu) => missingFeatures(variant, gpu),
    build(shape, random) {
      const { packed, weights } = randomMatrix(shape, random);
      const { x, values } = inputRows(
        shape.variant,
        activations(shape.batch, shape.k, random, 1 / (shape.lopsided ?? 1)),
      );
      // Rows past the batch must stay untouched, also where a workgroup's last columns lie beyond it.
      const y = untouched((shape.batch + 3) * shape.outputs);
      if (shape.residual) y.set(activations(shape.batch, shape.outputs, random));
      return rememberWeights(
        {
          params: { ...paramsOf(shape), columns: shape.batch },
          constants: { ...constantsOf(shape, false), RESIDUAL: shape.residual },
          variant: { type: shape.type, shape: shape.variant },
          buffers: { ...packed, x, y },
        },
        weights,
        values,
      );
    },
    reference(built, { outputs, k, residual }) {
      const y = Float64Array.from(built.buffers.y);
      multiplyRows(weightsOf(built), inputsOf(built), outputs, k)
        .flat()
        .forEach((value, i) => (y[i] = value + (residual ? y[i]! : 0)));
      return { y };
    },
    work: (shape) => linearWork(shape, shape.outputs, shape.residual ? 8 : 4),
  });

export default [
  // Errors of n products and sums, 6e-8 each, go by the root of n beside the size of the result: 2.4e-6 for 1536.
  projectCase(everyShape, timed, 3e-6),
  // Weights and activations are rounded to f16, each by 2^-12 of itself on average: a few times that beside the result.
  projectCase(halfShapes, [{ ...prompt, variant: tileVariant(64, 64, 'f16') }], 5e-3),
] as const;
