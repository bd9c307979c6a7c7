import source from '../../../shaders/decoding/learn-prompt.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { stepStatePart } from '../step-layout.ts';
import { u32Constants, withConstants } from '../wgsl-constants.ts';
import { SUCCESSORS } from './draft-tree.ts';

/** Notes the successors that tokens of prompts have, as the likeliest, with the probability `share`. */
export const learnPrompt = defineKernel({
  name: 'decoding/learn-prompt',
  source: withConstants(source, u32Constants({ SUCCESSORS })),
  params: { rows: 'u32', share: 'f32' },
  bindings: { state: 'read', matrix: 'read_write' },
  constants: {},
  includes: () => [stepStatePart],
  grid: () => [1],
});
