import { embed } from '../../src/kernels/elementwise/embed.ts';
import { matrixBytes, weightConstants, type WeightType } from '../../src/kernels/weights/format.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { smallLayout, stepWords, type StepRow } from '../support/step-words.ts';
import {
  TYPES,
  columnsFor,
  randomMatrix,
  rememberWeights,
  rowsVariant,
  untouched,
  weightsOf,
} from '../linear/matrices.ts';

interface Shape {
  readonly type: WeightType;
  readonly outputs: number;
  readonly k: number;
  readonly rowTile: number;
  readonly firstId: number;
  readonly rows: readonly StepRow[];
  readonly bucket: number;
  readonly scale: number;
  /** The share of blocks whose f16 scale is subnormal. */
  readonly subnormal: number;
}

const layout = smallLayout();
const rows: readonly StepRow[] = [
  { sequence: 1, position: 3, token: 20 },
  { sequence: 1, position: 4, token: 0 },
  { sequence: 1, position: 5, token: 5, valid: false },
  { sequence: 2, position: 9, token: 7 },
];
const VALID_ROWS = rows.filter(({ valid = true }) => valid).length;
const base = { outputs: 21, k: 96, rowTile: 8, firstId: 0, rows, bucket: 8, scale: 1, subnormal: 0 } as const;

/** The weights of a row without the scale of the scene: the case compares relative to each element. */
export default kernelCase(embed, {
  shapes: [
    ...TYPES.map((type): Shape => ({ ...base, type, k: columnsFor(type, 96) })),
    // Every scale subnormal: flushed to zero, the whole row would be.
    ...TYPES.filter((type) => type.startsWith('Q')).map((type): Shape => ({
      ...base,
      type,
      k: columnsFor(type, 256),
      subnormal: 1,
    })),
    // Of tokens 0, 7 and 20 the middle shard of a table holds only 7; the others' rows stay as they are.
    { ...base, type: 'Q8_0', outputs: 10, firstId: 6, rowTile: 64 },
    { ...base, type: 'Q4_1', k: 576, scale: 24.5, rowTile: 1 },
  ],
  bench: [{ ...base, type: 'Q8_0', outputs: 49152, k: 576, rowTile: 64 }],
  // Code times scale, offset and the factor: four roundings of 6e-8.
  tolerance: 1e-6,
  probe: ({ ROW_TILE }, { type }) => ({ ...base, type, k: columnsFor(type, 96), rowTile: Number(ROW_TILE) }),
  build({ type, outputs, k, rowTile, firstId, rows: stepRows, bucket, scale, subnormal }: Shape, random) {
    const linear = { type, outputs, k, rowTile, batch: bucket, variant: rowsVariant(1, 1, 1, 1) };
    const { packed, weights } = randomMatrix(linear, random, subnormal);
    return rememberWeights(
      {
        params: { blocks: k / 32, outputs, first_id: firstId, scale, layer: 0 },
        constants: weightConstants(type, rowTile),
        variant: { type, rows: bucket },
        buffers: {
          ...packed,
          state: stepWords({ layout, rows: stepRows, logitRows: [], sequences: [] }),
          y: untouched(bucket * k).fill(subnormal > 0 ? 0 : 7),
        },
      },
      weights,
    );
  },
  reference(built, { k, firstId, outputs, rows: stepRows, scale }) {
    const y = Float64Array.from(built.buffers.y);
    stepRows.forEach(({ token = 0, valid = true }, row) => {
      if (!valid || token < firstId || token >= firstId + outputs) return;
      const at = (token - firstId) * k;
      y.set(
        weightsOf(built)
          .subarray(at, at + k)
          .map((weight) => weight * scale),
        row * k,
      );
    });
    return { y };
  },
  label: ({ type, outputs, k }: Shape) => `${type} ${outputs}x${k}, ${VALID_ROWS} rows`,
  work: ({ type, k }: Shape) => {
    const { codes, aux } = matrixBytes(type, 1, k, 1);
    return { bytes: VALID_ROWS * (codes + aux + 4 * k), flops: 2 * VALID_ROWS * k };
  },
});
