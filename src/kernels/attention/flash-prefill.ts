import source from '../../../shaders/attention/flash-prefill.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts, PAGE_SLOTS, type KvType } from '../cache-layout.ts';
import { stepStatePart } from '../step-layout.ts';

/** Attention of 9 or more rows; see the WGSL for who computes what. */
export const flashPrefill = defineKernel({
  name: 'attention/flash-prefill',
  source,
  params: { scale: 'f32', layer: 'u32', rows: 'u32' },
  bindings: { state: 'read', query: 'read', cache: 'read', output: 'read_write', lse: 'read_write' },
  constants: ['KV_HEADS', 'GROUP', 'HEAD_DIM', 'WINDOW', 'LINES', 'TEAMS', 'LANES', 'SLOT_QUADS', 'DIM_QUADS'],
  includes: ({ kv }: { readonly kv: KvType }) => [stepStatePart, ...cacheParts(kv)],
  grid: ({ rows }, { GROUP, KV_HEADS, LINES, TEAMS }) => [
    ceilDiv(rows * Number(GROUP), Number(LINES) * Number(TEAMS)),
    Number(KV_HEADS),
  ],
});

/** How the work of flash-prefill is cut. */
export interface PrefillShape {
  /** Lines (query heads of rows) of a team: accumulators that each thread holds. */
  readonly lines: number;
  /** Teams of a workgroup. */
  readonly teams: number;
  /** Threads of a team: 8 or 16. */
  readonly lanes: number;
}

/** The constants that a shape means for heads of `headDim` elements. */
export const prefillConstants = ({ lines, teams, lanes }: PrefillShape, headDim: number) => ({
  LINES: lines,
  TEAMS: teams,
  LANES: lanes,
  SLOT_QUADS: PAGE_SLOTS / 4 / lanes,
  DIM_QUADS: ceilDiv(headDim / 4, lanes),
});

/**
 * GPUs: 64 threads and 32 lines; half the lines for wide heads, whose sums would not fit in registers. Software
 * adapters run a workgroup on one core, 8 lanes at a time: a team is such a vector, and more lines gain nothing there
 * but take tens of seconds to compile.
 */
export function prefillShape(headDim: number, software: boolean): PrefillShape {
  const wide = headDim > 128;
  return software ? { lines: wide ? 2 : 4, teams: 1, lanes: 8 } : { lines: wide ? 4 : 8, teams: 4, lanes: 16 };
}
