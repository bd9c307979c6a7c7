import source from '../../../shaders/decoding/note-rows.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepStatePart } from '../step-layout.ts';

/** Notes the tokens of a step's rows in u32 [sequences, slots], by position. */
export const noteRows = defineKernel({
  name: 'decoding/note-rows',
  source,
  params: { rows: 'u32', slots: 'u32' },
  bindings: { state: 'read', history: 'read_write' },
  constants: {},
  includes: () => [stepStatePart],
  grid: ({ rows }) => [ceilDiv(rows, 64)],
});
