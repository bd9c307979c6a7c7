import rowLogSum from '../../../shaders/lib/row-log-sum.wgsl?raw';
import rowReduce from '../../../shaders/lib/row-reduce.wgsl?raw';
import source from '../../../shaders/sampling/score-rows.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { constantsPart } from '../constants.ts';
import { faultsPart } from '../faults.ts';
import { stepStatePart } from '../step-layout.ts';
import { outputsPart } from './outputs.ts';

/** Negative log-likelihood of each logit row's target and log-sum-exp of its logits [rows, vocab], in nats; NaN where numbers went out of range. */
export const scoreRows = defineKernel({
  name: 'sampling/score-rows',
  source,
  params: { rows: 'u32' },
  bindings: { state: 'read', logits: 'read', faults: 'read', outputs: 'read_write' },
  constants: { VOCAB: 'u32', RING: 'u32' },
  includes: () => [
    constantsPart,
    stepStatePart,
    outputsPart,
    faultsPart,
    { name: 'lib/row-reduce', text: rowReduce },
    { name: 'lib/row-log-sum', text: rowLogSum },
  ],
  grid: ({ rows }) => [rows],
});
