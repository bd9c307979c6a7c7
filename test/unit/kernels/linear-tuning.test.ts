import { describe, expect, test } from 'vitest';
import type { GpuFeatures } from '../../../src/gpu/device.ts';
import { isSoftware } from '../../../src/gpu/software.ts';
import {
  describeVariant,
  matmulCandidates,
  rowsCandidates,
  type MatrixShape,
} from '../../../src/kernels/linear/tuning.ts';
import { tileVariant, type LinearVariant } from '../../../src/kernels/linear/variant.ts';

const adapter = (description: string, [min, max]: readonly [number, number]) => ({
  software: isSoftware({ vendor: '', architecture: '', device: '', description, isFallbackAdapter: false }),
  features: {
    shaderF16: false,
    subgroups: min > 0,
    subgroupMinSize: min,
    subgroupMaxSize: max,
    packedDot: false,
    subgroupMatrix: undefined,
  } satisfies GpuFeatures,
});
const adapters = {
  lavapipe: adapter('llvmpipe (LLVM 15.0.6, 256 bits)', [8, 8]),
  SwiftShader: adapter('SwiftShader Device', [4, 4]),
  'software without subgroups': adapter('llvmpipe (LLVM 15.0.6, 256 bits)', [0, 0]),
  'a GPU': adapter('Some GPU', [32, 32]),
  'a GPU whose subgroups are all narrow': adapter('Some GPU', [8, 8]),
  'a GPU with narrow and wide subgroups': adapter('Some GPU', [8, 32]),
  'a GPU without subgroups': adapter('Some GPU', [0, 0]),
};
const roles: readonly MatrixShape['role'][] = ['project', 'gate-up', 'qkv', 'lm-head'];
const COLUMNS = [1, 2, 4, 8] as const;
const outputsOf = ({ core, lanes, threadRows }: LinearVariant): number => (core === 'tile' ? 64 : lanes * threadRows);

describe.each(Object.entries(adapters))('the kernel shapes for %s', (_, gpu) => {
  const tunings = roles.flatMap((role) =>
    [64, 576, 49_152].flatMap((outputs) => {
      const matrix: MatrixShape = { type: 'Q4_1', outputs, columns: 576, role };
      return rowsCandidates(gpu, matrix).flatMap((tuning) =>
        matmulCandidates(gpu, matrix).map((matmul) => ({
          role,
          rowTile: tuning.rowTile,
          rows: COLUMNS.map((columns) => tuning.rows(columns)),
          matmul,
        })),
      );
    }),
  );

  test('add in one order for all numbers of rows', () => {
    for (const { rows } of tunings) expect(new Set(rows.map(({ core, kLanes }) => `${core} ${kLanes}`)).size).toBe(1);
  });
  test('take whole row tiles, in pairs of outputs', () => {
    for (const { rows, matmul, rowTile } of tunings)
      for (const variant of [...rows, matmul]) {
        const group = outputsOf(variant);
        expect(group % rowTile === 0 || rowTile % group === 0).toBe(true);
        expect(variant.threadRows % 2).toBe(0);
      }
  });
  test('are workgroups that every device has', () => {
    for (const { rows } of tunings)
      for (const { lanes, kLanes } of rows) expect(lanes * kLanes).toBeLessThanOrEqual(256);
  });
  test('have one workgroup of the head for every 64 ids', () => {
    for (const { rows, matmul } of tunings.filter(({ role }) => role === 'lm-head'))
      expect([...rows, matmul].map(outputsOf)).toEqual(Array<number>(5).fill(64));
  });
});

test('broadcasts are used only where the width of subgroups is fixed and narrow', () => {
  const broadcast = Object.fromEntries(
    Object.entries(adapters).map(([name, gpu]) => [
      name,
      rowsCandidates(gpu, { type: 'Q4_1', outputs: 576, columns: 576, role: 'qkv' })[0]!.rows(1).broadcast,
    ]),
  );
  expect(broadcast).toEqual({
    lavapipe: 8,
    SwiftShader: 4,
    'software without subgroups': 0,
    'a GPU': 0,
    'a GPU whose subgroups are all narrow': 0,
    'a GPU with narrow and wide subgroups': 0,
    'a GPU without subgroups': 0,
  });
});

test('a variant is described in a few characters', () => {
  const shape: LinearVariant = { core: 'rows', lanes: 8, kLanes: 1, threadRows: 4, columns: 2, broadcast: 8 };
  expect(describeVariant(shape)).toBe('rows 8x4 k1 c2 b8');
  expect(describeVariant({ ...shape, core: 'columns', broadcast: 0 })).toBe('columns 8x4 k1 c2');
  expect(describeVariant(tileVariant(64, 16))).toBe('tile 64x16');
  expect(describeVariant({ ...tileVariant(64, 64, 'int8'), threadColumns: 8 })).toBe('tile 64x64 t8 int8');
});
