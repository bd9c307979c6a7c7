import { describe, expect, test } from 'vitest';
import { MemoryError } from '../../../src/core/errors.ts';
import { matricesOf, planWeights } from '../../../src/engine/load/weight-plan.ts';
import type { Block } from '../../../src/models/network.ts';
import { matrix, vector, type Join, type MatrixSpec } from '../../../src/models/tensors.ts';
import type { GgufFile } from '../../../src/weights/gguf.ts';
import type { GgmlType } from '../../../src/weights/ggml-types.ts';

const COLUMNS = 64;
const block = (...weights: Block['weights']): Block => ({ weights, encode: () => {} });
const joined = (join: Join, names: readonly string[], rows = 32): MatrixSpec => ({
  kind: 'matrix',
  role: 'qkv',
  tensors: names.map((name) => ({ name, shape: [COLUMNS, rows] })),
  join,
});

/** A file of tensors of 32 rows, or of as many as are said. */
const fileOf = (types: Record<string, GgmlType>, rows = 32): GgufFile =>
  ({
    tensors: new Map(
      Object.entries(types).map(([name, type]) => [
        name,
        { name, type, shape: [COLUMNS, rows], byteLength: rows * COLUMNS * (type === 'F32' ? 4 : 2) },
      ]),
    ),
  }) as unknown as GgufFile;

const plan = (file: GgufFile, spec: MatrixSpec, limit = Infinity) =>
  planWeights(file, { blocks: [block(spec)], ropeTables: [] }, limit);
const shapes = (file: GgufFile, spec: MatrixSpec, limit?: number) =>
  matricesOf(plan(file, spec, limit)).map(({ role, type, outputs, firstRow, rows }) => ({
    role,
    type,
    outputs,
    firstRow,
    rows: rows.map(({ tensor, from, count, first, stride }) => [tensor.name, from, count, first, stride]),
  }));

describe('tensors become matrices', () => {
  test('stacked: neighbours of one type are one', () => {
    expect(shapes(fileOf({ q: 'F16', k: 'F16', v: 'F32' }), joined('stacked', ['q', 'k', 'v']))).toEqual([
      {
        role: 'qkv',
        type: 'F16',
        outputs: 64,
        firstRow: 0,
        rows: [
          ['q', 0, 32, 0, 1],
          ['k', 0, 32, 32, 1],
        ],
      },
      { role: 'qkv', type: 'F32', outputs: 32, firstRow: 64, rows: [['v', 0, 32, 0, 1]] },
    ]);
  });

  test('interleaved: rows by turns, or apart with the reason told', () => {
    const spec = joined('interleaved', ['gate', 'up']);
    expect(shapes(fileOf({ gate: 'F16', up: 'F16' }), spec)).toEqual([
      {
        role: 'qkv',
        type: 'F16',
        outputs: 64,
        firstRow: 0,
        rows: [
          ['gate', 0, 32, 0, 2],
          ['up', 0, 32, 1, 2],
        ],
      },
    ]);
    const mixed = fileOf({ gate: 'F16', up: 'F32' });
    expect(shapes(mixed, spec).map(({ role, type, outputs }) => [role, type, outputs])).toEqual([
      ['project', 'F16', 32],
      ['project', 'F32', 32],
    ]);
    expect(plan(mixed, spec).fallbacks).toEqual(['gate and up run apart, because their types are F16 and F32']);
  });

  test('sharded: cut where a binding ends, in whole blocks of 64 rows', () => {
    const file = fileOf({ head: 'F32' }, 330);
    const spec = joined('sharded', ['head'], 330);
    expect(shapes(file, spec).map(({ outputs, firstRow }) => [firstRow, outputs])).toEqual([[0, 330]]);
    expect(
      shapes(file, spec, 128 * COLUMNS * 4).map(({ outputs, firstRow, rows }) => [firstRow, outputs, rows[0]![1]]),
    ).toEqual([
      [0, 128, 0],
      [128, 128, 128],
      [256, 74, 256],
    ]);
  });

  test('what may not be cut is refused with its names and bytes', () => {
    const file = fileOf({ q: 'F16', k: 'F16' });
    expect(() => plan(file, joined('stacked', ['q', 'k']), 8000)).toThrow(MemoryError);
    expect(() => plan(file, joined('stacked', ['q', 'k']), 8000)).toThrow(/q with k needs 8192 bytes.*at most 8000/);
  });

  test('a matrix that two blocks declare is one, and vectors are none', () => {
    const tied = matrix('lm-head', 'head', COLUMNS, 32, 'sharded');
    const blocks = [block(tied), block(vector('norm', COLUMNS), tied)];
    expect(
      matricesOf(planWeights(fileOf({ head: 'F16', norm: 'F32' }), { blocks, ropeTables: [] }, Infinity)),
    ).toHaveLength(1);
  });
});
