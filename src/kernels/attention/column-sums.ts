import source from '../../../shaders/attention/column-sums.wgsl?raw';
import sourceLanes from '../../../shaders/attention/column-sums-lanes.wgsl?raw';
import columnMass from '../../../shaders/lib/attention/column-mass.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts, PAGE_SLOTS } from '../cache-layout.ts';
import { constantsPart } from '../constants.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import { observedParts, type ObservedVariant } from './observed.ts';
import { softCapPart } from './soft-cap.ts';
import { visibleParts } from './visible.ts';

const spec = {
  params: { scale: 'f32', layer: 'u32', tiles: 'u32', sequences: 'u32' },
  bindings: { state: 'read', query: 'read', cache: 'read', log_sums: 'read', mass: 'read_write' },
  includes: ({ kv, noise }: ObservedVariant) => [
    constantsPart,
    stepStatePart,
    stepRowsPart,
    ...cacheParts(kv),
    ...visibleParts(),
    softCapPart,
    ...observedParts(noise),
    { name: 'lib/attention/column-mass', text: columnMass },
  ],
} as const;

/**
 * Adds what the observed rows of a step attend to to the mass of the slots, `tiles` pages of them, for steps in which
 * sequences may have several rows. `log_sums` are those of attention, or those of `noisyLse` with `noise`.
 */
export const columnSums = defineKernel({
  ...spec,
  name: 'attention/column-sums',
  source,
  constants: {
    KV_HEADS: 'u32',
    GROUP: 'u32',
    HEAD_DIM: 'u32',
    WINDOW: 'u32',
    MASKED: 'bool',
    BIDIRECTIONAL: 'bool',
    SOFT_CAP: 'f32',
    LINES: 'u32',
    ROWS: 'u32',
    HELD: 'u32',
    PARTS: 'u32',
  },
  grid: ({ tiles, sequences }, { KV_HEADS }) => [tiles, Number(KV_HEADS), sequences],
});

/** The same where a subgroup is a SIMD vector of a CPU. */
export const columnSumsLanes = defineKernel({
  ...spec,
  name: 'attention/column-sums-lanes',
  source: sourceLanes,
  constants: {
    KV_HEADS: 'u32',
    GROUP: 'u32',
    HEAD_DIM: 'u32',
    WINDOW: 'u32',
    MASKED: 'bool',
    BIDIRECTIONAL: 'bool',
    SOFT_CAP: 'f32',
    LANES: 'u32',
    LANE_QUADS: 'u32',
    HOLDERS: 'u32',
  },
  grid: ({ tiles, sequences }, { KV_HEADS, LANES }) => [
    tiles * (PAGE_SLOTS / Number(LANES)),
    Number(KV_HEADS),
    sequences,
  ],
});

/** How the work is cut: by column-sums (`slots`) or by column-sums-lanes (`lanes`). */
export type ColumnSumsShape =
  | ({ readonly core: 'slots' } & ColumnSlotsShape)
  | {
      readonly core: 'lanes';
      /** Threads of a workgroup: exactly the adapter's subgroup size, which divides a page. */
      readonly lanes: number;
    };

/** How the work of column-sums is cut. */
export interface ColumnSlotsShape {
  /** Threads that share the rows of a slot: 1 where a subgroup is a SIMD vector of a CPU, whose vectors then read each query once. */
  readonly parts: number;
  /** Quads of a key that a thread keeps in registers; those after it are read again for every few rows. */
  readonly held: number;
}

/** Query heads at a time: noise comes for four. */
export const observeLines = (groupSize: number): number => Math.min(groupSize, 4);

/** The constants that a shape means for these heads; with noise, which costs most, rows go one by one. */
export const columnSumsConstants = (
  { parts, held }: ColumnSlotsShape,
  { groupSize, headDim }: { readonly groupSize: number; readonly headDim: number },
  noise: boolean,
) => {
  const lines = observeLines(groupSize);
  return {
    LINES: lines,
    ROWS: noise ? 1 : lines === 1 ? 8 : 4,
    HELD: Math.min(held, headDim / 4),
    PARTS: parts,
  };
};
