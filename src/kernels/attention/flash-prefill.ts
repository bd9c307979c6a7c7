import source from '../../../shaders/attention/flash-prefill.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts } from '../cache-layout.ts';
import { constantsPart } from '../constants.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import type { PrefillVariant } from './prefill-variant.ts';
import { softCapPart } from './soft-cap.ts';
import { visibleParts } from './visible.ts';

/** Attention of 9 or more rows; see the WGSL for who computes what. */
export const flashPrefill = defineKernel({
  name: 'attention/flash-prefill',
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
    LINES: 'u32',
    TEAMS: 'u32',
    LANES: 'u32',
    STAGE: 'u32',
    DIM_QUADS: 'u32',
  },
  includes: ({ kv, trees }: PrefillVariant) => [
    constantsPart,
    stepStatePart,
    stepRowsPart,
    ...cacheParts(kv),
    ...visibleParts(trees),
    softCapPart,
  ],
  grid: ({ rows }, { GROUP, KV_HEADS, LINES, TEAMS }) => [
    ceilDiv(rows * Number(GROUP), Number(LINES) * Number(TEAMS)),
    Number(KV_HEADS),
  ],
});

/** How the work of flash-prefill is cut. */
export interface PrefillTileShape {
  /** Lines (query heads of rows) of a team: accumulators that each thread holds. */
  readonly lines: number;
  /** Teams of a workgroup. */
  readonly teams: number;
  /** Threads of a team: 8 or 16; a tile has four slots for each. */
  readonly lanes: number;
  /** Quads of the head dimension that are staged in workgroup memory at a time, a power of two; 0 = none. */
  readonly stage: number;
}

/** The constants that a shape means for heads of `headDim` elements. */
export const prefillTileConstants = ({ lines, teams, lanes, stage }: PrefillTileShape, headDim: number) => ({
  LINES: lines,
  TEAMS: teams,
  LANES: lanes,
  STAGE: stage,
  DIM_QUADS: ceilDiv(headDim / 4, lanes),
});

/** Bytes of workgroup memory that the shape needs. */
export const prefillTileBytes = ({ lines, teams, lanes, stage }: PrefillTileShape): number => {
  const tileLines = lines * teams;
  const staged = stage === 0 ? 0 : 4 * lanes * (stage + 1) + tileLines * stage;
  return 16 * Math.max(tileLines * lanes, staged) + 4 * tileLines * lanes;
};
