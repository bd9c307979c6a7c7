import source from '../../../shaders/decoding/advance.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { faultsPart } from '../faults.ts';
import { outputsPart } from '../sampling/outputs.ts';
import { stepStatePart } from '../step-layout.ts';
import { sequenceEndPart } from './sequence-end.ts';

/**
 * Commits a step's rows; with SAMPLED the last tokens it gave become the rows of the next step. `nodes` is how many logit rows
 * a sequence has: 1, or with TREES the nodes of its tree.
 */
export const advance = defineKernel({
  name: 'decoding/advance',
  source,
  params: { nodes: 'u32' },
  bindings: { state: 'read_write', faults: 'read', outputs: 'read_write' },
  constants: { RING: 'u32', SAMPLED: 'bool', TREES: 'bool' },
  includes: () => [stepStatePart, outputsPart, faultsPart, sequenceEndPart],
  grid: () => [1],
});
