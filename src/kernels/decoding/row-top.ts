import rowLogSum from '../../../shaders/lib/row-log-sum.wgsl?raw';
import rowReduce from '../../../shaders/lib/row-reduce.wgsl?raw';
import source from '../../../shaders/decoding/row-top.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { constantsPart } from '../constants.ts';
import { u32Constants, withConstants } from '../wgsl-constants.ts';
import { stepStatePart } from '../step-layout.ts';
import { SUCCESSORS } from './draft-tree.ts';

/** The likeliest tokens behind every logit row [rows, vocab] with their probabilities: u32 [rows, SUCCESSORS, 2]. */
export const rowTop = defineKernel({
  name: 'decoding/row-top',
  source: withConstants(source, u32Constants({ SUCCESSORS })),
  params: { rows: 'u32' },
  bindings: { state: 'read', logits: 'read', block_max: 'read', top: 'read_write' },
  constants: { VOCAB: 'u32' },
  includes: () => [
    constantsPart,
    stepStatePart,
    { name: 'lib/row-reduce', text: rowReduce },
    { name: 'lib/row-log-sum', text: rowLogSum },
  ],
  grid: ({ rows }) => [rows],
});
