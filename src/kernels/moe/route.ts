import source from '../../../shaders/moe/route.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { constantsPart } from '../constants.ts';

/** The most experts that a row can be routed among. */
export const MAX_EXPERTS = 512;

/** Experts of each row and their weights, from the router's products [rows, EXPERTS]: routes u32 [rows, USED, 2]. */
export const route = defineKernel({
  name: 'moe/route',
  source,
  params: { rows: 'u32', bias_at: 'u32', factor: 'f32' },
  bindings: { products: 'read', vectors: 'read', routes: 'read_write' },
  constants: { EXPERTS: 'u32', USED: 'u32', SIGMOID: 'bool', BIASED: 'bool', RENORM: 'bool' },
  includes: () => [constantsPart],
  grid: ({ rows }) => [rows],
});
