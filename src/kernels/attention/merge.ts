import source from '../../../shaders/attention/merge.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepStatePart } from '../step-layout.ts';

/** The most splits that attention/merge joins: one thread weighs each. */
export const MAX_SPLITS = 64;

/** Joins the partial sums of attention/decode-flash, for the rows whose kind of selection is `kind` (0 = none). */
export const mergeSplits = defineKernel({
  name: 'attention/merge',
  source,
  params: { splits: 'u32', rows: 'u32', layer: 'u32', kind: 'u32' },
  bindings: { state: 'read', partials: 'read', output: 'read_write', lse: 'read_write' },
  constants: ['Q_HEADS', 'HEAD_DIM'],
  includes: () => [stepStatePart],
  grid: ({ rows }, { Q_HEADS }) => [Number(Q_HEADS), rows],
});
