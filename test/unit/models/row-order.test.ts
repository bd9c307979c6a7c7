import { describe, expect, test } from 'vitest';
import { orderedRows, sourceRow } from '../../../src/models/row-order.ts';
import { vector } from '../../../src/models/tensors.ts';

describe('rows of heads whose halves turn together', () => {
  test('are put in pairs, head by head; what does not turn stays', () => {
    const order = { headDim: 8, turned: 6 };
    const rows = Array.from({ length: 16 }, (_, row) => sourceRow(order, row));
    expect(rows).toEqual([0, 3, 1, 4, 2, 5, 6, 7, 8, 11, 9, 12, 10, 13, 14, 15]);
  });

  test('stay where nothing turns', () => {
    expect([0, 1, 5, 9].map((row) => sourceRow({ headDim: 4, turned: 0 }, row))).toEqual([0, 1, 5, 9]);
  });

  test('move with all of their bytes, and with what belongs to them', () => {
    const order = { headDim: 4, turned: 4 };
    const bytes = Uint8Array.from({ length: 24 }, (_, i) => i);
    const moved = orderedRows(bytes, 3, order);
    expect([...moved].filter((_, i) => i % 3 === 0).map((byte) => byte / 3)).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
    expect([...moved.subarray(3, 6)]).toEqual([6, 7, 8]);
    const spec = vector('attn_k_norm.weight', 4, order);
    expect([...spec.make([Float32Array.of(10, 11, 12, 13)], 0)]).toEqual([10, 12, 11, 13]);
  });
});
