import source from '../../../shaders/decoding/advance.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { faultsPart } from '../faults.ts';
import { outputsPart } from '../sampling/outputs.ts';
import { stepStatePart } from '../step-layout.ts';

/** Commits a step's rows; with SAMPLED the tokens it drew become the rows of the next step. */
export const advance = defineKernel({
  name: 'decoding/advance',
  source,
  params: {},
  bindings: { state: 'read_write', faults: 'read', outputs: 'read_write' },
  constants: { RING: 'u32', SAMPLED: 'bool' },
  includes: () => [stepStatePart, outputsPart, faultsPart],
  grid: () => [1],
});
