import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/core/rng.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { requestGpu } from '../../src/gpu/request.ts';
import type { LinearVariant } from '../../src/kernels/linear/variant.ts';
import cases from '../../cases/linear/project.case.ts';
import { missingFeatures, rowsVariant, type LinearShape } from '../../cases/linear/matrices.ts';
import { runKernel } from '../support/run-kernel.ts';

const [project] = cases;

/** The law: how many rows a step has cannot change a row's result (speculation and batching rest on it). */
const BATCH = 8;

interface Law {
  readonly shape: Omit<LinearShape, 'variant'>;
  readonly columns: readonly number[];
  readonly variant: (columns: number) => LinearVariant;
}

const matrix = { outputs: 40, rowTile: 8, batch: BATCH } as const;
const all = [1, 2, 4, 8] as const;
const laws: readonly Law[] = [
  // Kernels of many columns whose lanes each read the activations take long to compile on software adapters.
  {
    shape: { ...matrix, type: 'Q4_1', k: 192 },
    columns: [1, 2, 4],
    variant: (columns) => rowsVariant(8, 4, 2, columns),
  },
  { shape: { ...matrix, type: 'Q6_K', k: 512 }, columns: all, variant: (columns) => rowsVariant(8, 4, 2, columns, 8) },
  {
    shape: { ...matrix, type: 'Q4_1', k: 576 },
    columns: all,
    variant: (columns) => rowsVariant(8, 1, columns > 2 ? 2 : 4, columns, 8),
  },
  { shape: { ...matrix, type: 'Q8_0', k: 576 }, columns: all, variant: (columns) => rowsVariant(4, 1, 4, columns, 4) },
];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu({ provider: navigator.gpu });
});
afterAll(() => gpu?.dispose());

describe('an output of a matvec is the same, bit for bit, for 1, 2, 4 and 8 columns at a time', () => {
  for (const { shape, columns, variant } of laws)
    test(`${shape.type} ${JSON.stringify(variant(1))}`, async (context) => {
      const missing = missingFeatures(variant(1), gpu);
      context.skip(missing !== undefined, missing);
      const runs: Uint32Array[] = [];
      for (const count of columns) {
        const built = project.build({ ...shape, variant: variant(count), residual: false }, new Random(11));
        // oxlint-disable-next-line no-await-in-loop
        runs.push((await runKernel(gpu, project, built))['y']!.subarray(0, BATCH * shape.outputs));
      }
      const [alone, ...together] = runs;
      expect(new Set(alone).size).toBeGreaterThan(BATCH * shape.outputs * 0.9);
      for (const [i, run] of together.entries()) expect(run, `${columns[i + 1]} columns`).toEqual(alone);
    });
});
