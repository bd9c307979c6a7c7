import source from '../../../shaders/attention/noisy-lse.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts } from '../cache-layout.ts';
import { constantsPart } from '../constants.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import { observedParts, type ObservedVariant } from './observed.ts';
import { u32Constants, withConstants } from '../wgsl-constants.ts';
import { softCapPart } from './soft-cap.ts';
import { visibleParts } from './visible.ts';

/** Rows of a workgroup. */
const ROWS = 8;

/** Log-sums of observed rows with noise on their scores, for `columnSums`; see the WGSL for who computes what. */
export const noisyLse = defineKernel({
  name: 'attention/noisy-lse',
  source: withConstants(source, u32Constants({ ROWS })),
  params: { scale: 'f32', layer: 'u32', rows: 'u32' },
  bindings: { state: 'read', query: 'read', cache: 'read', lse: 'read', log_sums: 'read_write' },
  constants: {
    KV_HEADS: 'u32',
    GROUP: 'u32',
    HEAD_DIM: 'u32',
    WINDOW: 'u32',
    MASKED: 'bool',
    BIDIRECTIONAL: 'bool',
    SOFT_CAP: 'f32',
    LINES: 'u32',
    PARTS: 'u32',
  },
  includes: ({ kv, noise }: ObservedVariant) => [
    constantsPart,
    stepStatePart,
    stepRowsPart,
    ...cacheParts(kv),
    ...visibleParts(),
    softCapPart,
    ...observedParts(noise),
  ],
  grid: ({ rows }, { KV_HEADS, GROUP, LINES }) => [
    ceilDiv(rows, ROWS),
    Number(KV_HEADS) * ceilDiv(Number(GROUP), Number(LINES)),
  ],
});
