import source from '../../../shaders/eval/shadow-mass.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { softCapPart } from '../attention/soft-cap.ts';
import { constantsPart } from '../constants.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';

/** Adds up which share of the attention over all tokens falls on what a step's one row has read. */
export const shadowMass = defineKernel({
  name: 'eval/shadow-mass',
  source,
  params: { scale: 'f32', layer: 'u32', capacity: 'u32', at: 'u32' },
  bindings: { state: 'read', query: 'read', keys: 'read', lse: 'read', mass: 'read_write' },
  constants: { KV_HEADS: 'u32', GROUP: 'u32', HEAD_DIM: 'u32', SOFT_CAP: 'f32' },
  includes: () => [constantsPart, stepStatePart, stepRowsPart, softCapPart],
  grid: (_params, { KV_HEADS, GROUP }) => [Number(KV_HEADS) * Number(GROUP)],
});
