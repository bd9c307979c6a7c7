import source from '../../../shaders/sampling/block-maxima.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';
import { constantsPart } from '../constants.ts';
import { stepStatePart } from '../step-layout.ts';

/** The largest of every 64 ids of each logit row [rows, vocab], where the head does not write them: [rows, ceil(vocab / 64)]. */
export const blockMaxima = defineKernel({
  name: 'sampling/block-maxima',
  source,
  params: { rows: 'u32' },
  bindings: { state: 'read', logits: 'read', block_max: 'read_write' },
  constants: { VOCAB: 'u32' },
  includes: () => [constantsPart, stepStatePart],
  grid: ({ rows }, { VOCAB }) => [ceilDiv(ceilDiv(Number(VOCAB), 64), 64), rows],
});
