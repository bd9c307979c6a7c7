import { expect, test } from 'vitest';
import { stepWords } from '../../../cases/support/step-words.ts';
import { StepState } from '../../../src/engine/memory/step-state.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { SEQUENCE_WORDS } from '../../../src/kernels/step-layout.ts';

/** A GPU that keeps what is written to its one buffer. */
function memory(): { readonly gpu: Gpu; readonly words: () => Uint32Array } {
  let words = new Uint32Array();
  const gpu = {
    createBuffer(_label: string, size: number) {
      words = new Uint32Array(size / 4);
      return { size };
    },
    write(_buffer: unknown, at: number, data: Uint32Array) {
      words.set(data, at / 4);
    },
  };
  return { gpu: gpu as unknown as Gpu, words: () => words };
}

test('a fed step is written as the kernels are checked to read it, and sequences of the step before have no rows left', () => {
  const { gpu, words } = memory();
  const state = new StepState(gpu, {
    maxRows: 4,
    maxLogitRows: 3,
    maxSequences: 3,
    layers: 2,
    kvStride: 3,
    maxPages: 1,
  });
  const record = Uint32Array.from({ length: SEQUENCE_WORDS }, (_, i) => i + 1);
  const row = (sequence: number, position: number, ordinal = 0) => ({
    sequence,
    position,
    ordinal,
    token: position + 7,
  });
  state.writeBatch({ rows: [{ ...row(0, 5), logits: true }] }, [{ sequence: 0, words: record }]);
  state.step = 6;
  const rows = [row(2, 3), row(1, 8), row(1, 9, 1)];
  state.writeBatch(
    {
      rows: [
        { ...rows[0]!, logits: true },
        { ...rows[1]!, logits: false },
        { ...rows[2]!, logits: true, target: 4 },
      ],
    },
    [1, 2].map((sequence) => ({ sequence, words: record })),
  );
  const wanted = stepWords({
    layout: state.layout,
    rows: rows.map((one, i) => ({ ...one, ...(i === 2 && { target: 4 }) })),
    logitRows: [0, 2],
    sequences: [record, record, record],
    step: 6,
  });
  expect([...words()]).toEqual([...wanted]);
});
