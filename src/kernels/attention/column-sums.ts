import source from '../../../shaders/attention/column-sums.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { stepStatePart } from '../step-layout.ts';
import { observedParts } from './observed.ts';
import { windowPart } from './window.ts';

/**
 * Adds what the observed rows of a step attend to to the mass of the slots, for steps in which sequences may have several
 * rows. `log_sums` are those of attention, or those of `noisyLse` with `noise`.
 */
export const columnSums = defineKernel({
  name: 'attention/column-sums',
  source,
  params: { scale: 'f32', layer: 'u32', tiles: 'u32', sequences: 'u32' },
  bindings: { state: 'read', query: 'read', cache: 'read', log_sums: 'read', mass: 'read_write' },
  constants: ['KV_HEADS', 'GROUP', 'HEAD_DIM', 'WINDOW', 'MASKED', 'LINES', 'ROWS', 'HELD', 'PARTS'],
  includes: ({ kv, noise }: { readonly kv: KvType; readonly noise: boolean }) => [
    stepStatePart,
    ...cacheParts(kv),
    windowPart,
    ...observedParts(noise),
  ],
  grid: ({ tiles, sequences }, { KV_HEADS }) => [tiles, Number(KV_HEADS), sequences],
});

/** How the work of column-sums is cut. */
export interface ColumnSumsShape {
  /** Threads that share the rows of a slot: 1 where a subgroup is a SIMD vector of a CPU, whose vectors then read each query once. */
  readonly parts: number;
  /** Quads of a key that a thread keeps in registers; those after it are read again for every few rows. */
  readonly held: number;
}

/** Query heads at a time: noise comes for four. */
export const observeLines = (groupSize: number): number => Math.min(groupSize, 4);

/** The constants that a shape means for these heads; with noise, which costs most, rows go one by one. */
export const columnSumsConstants = (
  { parts, held }: ColumnSumsShape,
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
