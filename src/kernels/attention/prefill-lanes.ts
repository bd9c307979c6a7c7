import source from '../../../shaders/attention/prefill-lanes.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts } from '../cache-layout.ts';
import { constantsPart } from '../constants.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import type { PrefillVariant } from './prefill-variant.ts';
import { softCapPart } from './soft-cap.ts';
import { visibleParts } from './visible.ts';

/** Attention of 9 or more rows where a subgroup is a SIMD vector of a CPU; see the WGSL for who computes what. */
export const prefillLanes = defineKernel({
  name: 'attention/prefill-lanes',
  source,
  params: { scale: 'f32', layer: 'u32', rows: 'u32' },
  bindings: { state: 'read', query: 'read', cache: 'read', output: 'read_write', lse: 'read_write' },
  constants: {
    KV_HEADS: 'u32',
    GROUP: 'u32',
    HEAD_DIM: 'u32',
    WINDOW: 'u32',
    MASKED: 'bool',
    BIDIRECTIONAL: 'bool',
    SOFT_CAP: 'f32',
    LANES: 'u32',
    LINES: 'u32',
    LANE_QUADS: 'u32',
    HOLDERS: 'u32',
  },
  includes: ({ kv, trees }: PrefillVariant) => [
    constantsPart,
    stepStatePart,
    stepRowsPart,
    ...cacheParts(kv),
    ...visibleParts(trees),
    softCapPart,
  ],
  grid: ({ rows }, { GROUP, KV_HEADS, LINES, LANES }) => [
    ceilDiv(rows * Number(GROUP), Number(LINES) * Number(LANES)),
    Number(KV_HEADS),
  ],
});

/** How the work of prefill-lanes is cut. */
export interface PrefillLanesShape {
  /** Threads of a workgroup: exactly the adapter's subgroup size. */
  readonly lanes: number;
  /** Lines (query heads of rows) of a thread. */
  readonly lines: number;
}

/** How `lanes` threads hold a vector of `headDim` elements together: LANE_QUADS quads each of the first HOLDERS. */
export const lanesConstants = (lanes: number, headDim: number) => {
  const holders = Math.min(lanes, headDim / 4);
  return { LANES: lanes, HOLDERS: holders, LANE_QUADS: ceilDiv(headDim / 4, holders) };
};

/** The constants that a shape means for heads of `headDim` elements. */
export const prefillLanesConstants = ({ lanes, lines }: PrefillLanesShape, headDim: number) => ({
  ...lanesConstants(lanes, headDim),
  LINES: lines,
});
