import { addPositions } from '../../src/kernels/elementwise/add-positions.ts';
import { weightConstants, type WeightType } from '../../src/kernels/weights/format.ts';
import { columnsFor, randomMatrix, rememberWeights, rowsVariant, TYPES, weightsOf } from '../linear/matrices.ts';
import { kernelCase, uniform } from '../support/kernel-case.ts';
import { smallLayout, stepWords, type StepRow } from '../support/step-words.ts';

interface Shape {
  readonly type: WeightType;
  readonly outputs: number;
  readonly k: number;
  readonly rowTile: number;
  readonly rows: readonly StepRow[];
  readonly bucket: number;
}

const rows: readonly StepRow[] = [
  { sequence: 1, position: 3 },
  { sequence: 1, position: 4 },
  { sequence: 1, position: 5, valid: false },
  { sequence: 2, position: 20 },
  // Beyond the table: its last row.
  { sequence: 2, position: 900 },
];
const base = { outputs: 21, k: 96, rowTile: 8, rows, bucket: 8 } as const;

export default kernelCase(addPositions, {
  shapes: [
    ...TYPES.map((type): Shape => ({ ...base, type, k: columnsFor(type, 96) })),
    { ...base, type: 'F32', k: 576, rowTile: 1 },
  ],
  bench: [],
  // Code times scale, offset and the sum: four roundings of 6e-8.
  tolerance: 1e-6,
  probe: ({ ROW_TILE }, { type }) => ({ ...base, type, k: columnsFor(type, 96), rowTile: Number(ROW_TILE) }),
  build({ type, outputs, k, rowTile, bucket, rows: stepRows }: Shape, random) {
    const linear = { type, outputs, k, rowTile, batch: bucket, variant: rowsVariant(1, 1, 1, 1) };
    const { packed, weights } = randomMatrix(linear, random);
    return rememberWeights(
      {
        params: { blocks: k / 32, outputs, layer: 0 },
        constants: weightConstants(type, rowTile),
        variant: { type, rows: bucket },
        buffers: {
          ...packed,
          state: stepWords({ layout: smallLayout(), rows: stepRows, logitRows: [], sequences: [] }),
          y: uniform(bucket * k, random),
        },
      },
      weights,
    );
  },
  reference(built, { k, outputs, rows: stepRows }) {
    const y = Float64Array.from(built.buffers.y);
    stepRows.forEach(({ position, valid = true }, row) => {
      if (!valid) return;
      const at = Math.min(position, outputs - 1) * k;
      for (let i = 0; i < k; i++) y[row * k + i]! += weightsOf(built)[at + i]!;
    });
    return { y };
  },
});
