import { describe, expect, test } from 'vitest';
import { defineKernel, packParams } from '../../../src/gpu/kernel.ts';

describe('packing params', () => {
  test('keeps the declared order and types, little-endian, four bytes a field', () => {
    const bytes = packParams(
      { scale: 'f32', rows: 'u32', shift: 'i32' },
      { shift: -2, rows: 4_000_000_000, scale: 0.5 },
    );
    const view = new DataView(bytes.buffer);
    expect(view.getFloat32(0, true)).toBe(0.5);
    expect(view.getUint32(4, true)).toBe(4_000_000_000);
    expect(view.getInt32(8, true)).toBe(-2);
  });

  test('fills whole vectors of 16 bytes, at least one', () => {
    const of = (count: number): number => {
      const names = Array.from({ length: count }, (_, i) => `p${i}`);
      const types = Object.fromEntries(names.map((name) => [name, 'u32' as const]));
      return packParams(types, Object.fromEntries(names.map((name) => [name, 1]))).byteLength;
    };
    expect([0, 1, 4, 5, 8].map(of)).toEqual([16, 16, 16, 32, 32]);
  });
});

test('a call names everything that decides its pipeline, and binds in the order of the declaration', () => {
  const kernel = defineKernel({
    name: 'test/scale',
    source: 'text',
    params: { rows: 'u32' },
    bindings: { x: 'read', y: 'read_write' },
    constants: { SCALE: 'f32' },
    includes: (variant: { readonly name: string }) => [{ name: variant.name, text: '' }],
    grid: ({ rows }) => [rows, 2],
  });
  const array = (offset: number) => ({ buffer: {} as GPUBuffer, offset, byteLength: 16 });
  const { request, bindings, grid } = kernel.call({
    params: { rows: 3 },
    constants: { SCALE: 1 },
    variant: { name: 'lib/a' },
    bindings: { y: array(256), x: array(0) },
  });
  expect(request).toEqual({
    name: 'test/scale',
    parts: [
      { name: 'lib/a', text: '' },
      { name: 'test/scale', text: 'text' },
    ],
    constants: { SCALE: { type: 'f32', value: 1 } },
    access: ['read', 'read_write'],
  });
  expect(bindings.map(({ offset }) => offset)).toEqual([0, 256]);
  expect(grid).toEqual([3, 2, 1]);
});
