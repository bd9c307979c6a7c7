import { describe, expect, test } from 'vitest';
import { isSoftware, simdLanes } from '../../../src/gpu/software.ts';
import { columnSumsOf, decodeCandidates, prefillCandidates } from '../../../src/kernels/attention/tuning.ts';
import { matmulCandidates, rowsCandidates } from '../../../src/kernels/linear/tuning.ts';

const info = (
  names: Partial<Record<'vendor' | 'architecture' | 'device' | 'description', string>>,
  fallback = false,
) => ({
  vendor: '',
  architecture: '',
  device: '',
  description: '',
  isFallbackAdapter: fallback,
  ...names,
});

describe('an adapter that computes on the CPU', () => {
  test('is known by its names, or because the browser says so', () => {
    for (const names of [
      { description: 'llvmpipe (LLVM 15.0.6, 256 bits)' },
      { device: 'lavapipe' },
      { vendor: 'google', architecture: 'swiftshader' },
      { description: 'Microsoft Basic Render Driver' },
    ])
      expect(isSoftware(info(names))).toBe(true);
    expect(isSoftware(info({ vendor: 'nvidia', architecture: 'ampere' }))).toBe(false);
    expect(isSoftware(info({ vendor: 'nvidia' }, true))).toBe(true);
  });

  test('has the SIMD width of its subgroups where they have one size', () => {
    const width = (subgroupMinSize: number, subgroupMaxSize: number): number =>
      simdLanes({ subgroups: true, subgroupMinSize, subgroupMaxSize });
    expect([width(8, 8), width(4, 4), width(4, 128), width(32, 32)]).toEqual([8, 4, 0, 0]);
    expect(simdLanes({ subgroups: false, subgroupMinSize: 8, subgroupMaxSize: 8 })).toBe(0);
  });

  test('takes its own shapes of matrices and of attention alike, and a GPU with the same subgroups neither', () => {
    const features = {
      shaderF16: false,
      subgroups: true,
      subgroupMinSize: 8,
      subgroupMaxSize: 8,
      packedDot: false,
      subgroupMatrix: undefined,
    };
    const heads = { headDim: 64, groupSize: 3 };
    const matrix = { type: 'Q4_1', outputs: 576, columns: 576, role: 'project' } as const;
    const narrow = (software: boolean): boolean[] => {
      const adapter = { software, features };
      return [
        rowsCandidates(adapter, matrix)[0]!.rows(1).broadcast === 8,
        matmulCandidates(adapter, matrix)[0]!.core === 'columns',
        decodeCandidates(adapter, heads)[0]!.threads === 8,
        prefillCandidates(adapter, heads)[0]!.core === 'lanes',
        columnSumsOf(adapter, heads).core === 'lanes',
      ];
    };
    expect(narrow(true)).toEqual([true, true, true, true, true]);
    expect(narrow(false)).toEqual([false, false, false, false, false]);
  });
});
