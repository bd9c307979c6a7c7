import source from '../../../shaders/decoding/verify.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { outputsPart } from '../sampling/outputs.ts';
import { stepStatePart } from '../step-layout.ts';
import { draftTreePart } from './draft-tree.ts';
import { sequenceEndPart } from './sequence-end.ts';

/** Follows each tree along the tokens that were drawn behind its nodes; see the WGSL for what it tells whom. */
export const verify = defineKernel({
  name: 'decoding/verify',
  source,
  params: { trees: 'u32', nodes: 'u32' },
  bindings: { state: 'read_write', trees: 'read_write', outputs: 'read_write' },
  constants: { RING: 'u32' },
  includes: () => [stepStatePart, outputsPart, draftTreePart, sequenceEndPart],
  grid: ({ trees }) => [trees],
});
