import { describe, expect, test } from 'vitest';
import type { GpuFeatures } from '../../../src/gpu/device.ts';
import { matrixOf } from '../../../src/gpu/matrix-unit.ts';
import { chooseActivations, gpuMatmuls, narrowMatmul } from '../../../src/kernels/linear/matmul-variants.ts';
import {
  fitTile,
  linearConstants,
  outputsOf,
  tileVariant,
  type ActivationType,
  type LinearVariant,
} from '../../../src/kernels/linear/variant.ts';

const none: GpuFeatures = {
  shaderF16: false,
  subgroups: false,
  subgroupMinSize: 0,
  subgroupMaxSize: 0,
  packedDot: false,
  subgroupMatrix: undefined,
};
const all: GpuFeatures = {
  shaderF16: true,
  subgroups: true,
  subgroupMinSize: 32,
  subgroupMaxSize: 32,
  packedDot: true,
  subgroupMatrix: { m: 16, n: 16, k: 16, lanes: 32 },
};
const kinds: readonly ActivationType[] = ['f32', 'f16', 'int8'];

describe('the numbers in which rows are multiplied', () => {
  test('are those asked for where adapter and weights allow them', () => {
    for (const asked of kinds)
      expect(chooseActivations(all, false, 'Q4_1', asked)).toEqual({ activations: asked, reason: undefined });
  });
  test('are f32, with a reason, where they do not', () => {
    expect(chooseActivations(none, false, 'Q4_1', 'f32').reason).toBeUndefined();
    expect(chooseActivations(none, false, 'Q4_1', 'f16')).toMatchObject({
      activations: 'f32',
      reason: expect.stringContaining('shader-f16'),
    });
    expect(chooseActivations(none, false, 'Q4_1', 'int8')).toMatchObject({
      activations: 'f32',
      reason: expect.stringContaining('packed_4x8_integer_dot_product'),
    });
    for (const type of ['F32', 'F16', 'BF16'] as const)
      expect(chooseActivations(all, false, type, 'int8')).toMatchObject({
        activations: 'f32',
        reason: expect.stringContaining(type),
      });
  });
  test('are f32 for weights that are numbers where f16 would be compiled for minutes', () => {
    for (const type of ['F32', 'F16', 'BF16'] as const) {
      expect(chooseActivations(all, false, type, 'f16').activations).toBe('f16');
      expect(chooseActivations(all, true, type, 'f16')).toMatchObject({
        activations: 'f32',
        reason: expect.stringMatching(`${type}.*on the CPU`),
      });
    }
    expect(chooseActivations(all, true, 'Q4_1', 'f16').activations).toBe('f16');
  });
});

test('a matrix unit is a candidate for f16 where there is one, and never for others', () => {
  const cores = (features: GpuFeatures, activations: ActivationType) =>
    new Set(gpuMatmuls(features, activations).map(({ core }) => core));
  expect(cores(all, 'f16')).toEqual(new Set(['matrix', 'tile']));
  expect(cores({ ...all, subgroupMatrix: undefined }, 'f16')).toEqual(new Set(['tile']));
  for (const activations of ['f32', 'int8'] as const) expect(cores(all, activations)).toEqual(new Set(['tile']));
});

test('every matmul has 64 outputs a workgroup, as the head needs, and says its activations', () => {
  const columns: LinearVariant = { core: 'columns', lanes: 8, kLanes: 1, threadRows: 8, columns: 8, broadcast: 8 };
  for (const activations of kinds)
    for (const variant of [...gpuMatmuls(all, activations), narrowMatmul(columns, activations)]) {
      expect(outputsOf(variant)).toBe(64);
      expect(variant.activations ?? 'f32').toBe(activations);
    }
});

describe('a tile for fewer rows', () => {
  const tile = tileVariant(64, 64);
  const size = ({ lanes, columns }: LinearVariant): string => `${lanes}x${columns}`;
  test('is as low as the rows allow', () => {
    expect([9, 16, 17, 32, 33, 64, 512].map((count) => size(fitTile(tile, 49_152, count, false)))).toEqual([
      '64x16',
      '64x16',
      '64x32',
      '64x32',
      '64x64',
      '64x64',
      '64x64',
    ]);
  });
  test('is narrower where a small matrix would leave cores idle, but not for the head', () => {
    expect(size(fitTile(tile, 576, 16, false))).toBe('16x16');
    expect(size(fitTile(tile, 3072, 16, false))).toBe('16x16');
    expect(size(fitTile(tile, 576, 512, false))).toBe('32x64');
    expect(size(fitTile(tile, 576, 16, true))).toBe('64x16');
  });
  test('shares its loads evenly among 64 to 256 threads', () => {
    const nowhere = { buffer: undefined as unknown as GPUBuffer, offset: 0, byteLength: 0 };
    const matrix = { type: 'Q4_1', outputs: 64, columns: 64, rowTile: 8, codes: nowhere, aux: nowhere } as const;
    for (const outputs of [16, 32, 64] as const)
      for (const columns of [16, 32, 64] as const) {
        const constants = linearConstants(matrix, tileVariant(outputs, columns), false);
        const threads = ((outputs / 4) * columns) / Number(constants.THREAD_COLUMNS);
        expect(threads).toBeGreaterThanOrEqual(64);
        expect(threads).toBeLessThanOrEqual(256);
        expect(Number(constants.X_LOADS) * threads).toBe(8 * columns);
        expect(Number(constants.W_LOADS) * threads).toBe(8 * outputs);
      }
  });
  test('leaves other cores alone', () => {
    const columns: LinearVariant = { core: 'columns', lanes: 8, kLanes: 1, threadRows: 8, columns: 8, broadcast: 8 };
    expect(fitTile(columns, 64, 16, false)).toBe(columns);
  });
});

describe('the matrix unit that is used', () => {
  const config = (m: number, n: number, k: number, componentType = 'f16', resultComponentType = 'f32') => ({
    M: m,
    N: n,
    K: k,
    componentType,
    resultComponentType,
  });
  const unit = (min: number, max: number, ...subgroupMatrixConfigs: ReturnType<typeof config>[]) =>
    matrixOf({ subgroupMinSize: min, subgroupMaxSize: max, subgroupMatrixConfigs });
  test('is the largest with f16 inputs and f32 sums', () => {
    expect(unit(32, 32, config(16, 8, 8), config(16, 16, 16), config(16, 16, 32, 'u8', 'u32'))).toEqual({
      m: 16,
      n: 16,
      k: 16,
      lanes: 32,
    });
    expect(unit(32, 32, config(8, 8, 8))).toEqual({ m: 8, n: 8, k: 8, lanes: 32 });
  });
  test('is none where sums are f16, fragments do not fit, or the width of subgroups varies', () => {
    expect(unit(32, 32, config(16, 16, 16, 'f16', 'f16'), config(8, 8, 8, 'f32', 'f32'))).toBeUndefined();
    expect(unit(32, 32, config(12, 16, 16))).toBeUndefined();
    expect(unit(8, 32, config(8, 16, 16))).toBeUndefined();
    expect(matrixOf({ subgroupMinSize: 32, subgroupMaxSize: 32 })).toBeUndefined();
  });
});
