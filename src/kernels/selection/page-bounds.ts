import source from '../../../shaders/selection/page-bounds.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';
import type { AuxSpec } from '../aux-buffer.ts';
import { cacheParts, PAGE_SLOTS, type KvType } from '../cache-layout.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import { BLOCK_SLOTS, boundsPart } from './parts.ts';

/**
 * Writes key bounds of the blocks that `count` rows of the step close; with WHOLE of the first `count` blocks of `sequences`
 * sequences from `sequence` on, as far as they are closed. See lib/selection/bounds for the layout.
 */
export const pageBounds = defineKernel({
  name: 'selection/page-bounds',
  source,
  params: { layer: 'u32', kind: 'u32', count: 'u32', sequence: 'u32', sequences: 'u32' },
  bindings: { state: 'read', cache: 'read', bounds: 'read_write' },
  constants: { KV_HEADS: 'u32', HEAD_DIM: 'u32', WHOLE: 'bool' },
  includes: ({ kv }: { readonly kv: KvType }) => [stepStatePart, stepRowsPart, ...cacheParts(kv), boundsPart],
  grid: ({ count, sequences }, { KV_HEADS, HEAD_DIM }) => [
    ceilDiv((count * Number(KV_HEADS) * Number(HEAD_DIM)) / 4, 64),
    sequences,
  ],
});

/** f32 [pages, kvHeads, headDim / 4, 2, 4, 4]: minima and maxima of the keys of every 16 slots, as lib/selection/bounds lays them out. */
export const keyBounds: AuxSpec = {
  name: 'key bounds',
  pageBytes: ({ kvHeads, headDim }) => kvHeads * (PAGE_SLOTS / BLOCK_SLOTS) * 2 * headDim * 4,
  rebuild(recorder, layer, bounds, { sequence, sequences, kind, slots }) {
    recorder.add(
      'select-bounds',
      pageBounds.call({
        params: { layer: layer.layer, kind, count: ceilDiv(slots, BLOCK_SLOTS), sequence, sequences },
        constants: { KV_HEADS: layer.kvHeads, HEAD_DIM: layer.headDim, WHOLE: true },
        variant: { kv: layer.kv },
        bindings: { state: layer.state, cache: layer.cache, bounds },
      }),
    );
  },
};
