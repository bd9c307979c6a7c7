import source from '../../../shaders/selection/page-top-k.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import type { WgslPart } from '../../gpu/wgsl.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { radixSelectPart } from '../cache/radix-select.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import { boundsPart, writeListPart } from './parts.ts';

/**
 * Lists the slots of the pages with the highest score bounds, per (row, KV head); see the WGSL. `accessors` are
 * `setting_pages`, `setting_page`, `setting_sinks` and `setting_recent`.
 */
export const pageTopK = defineKernel({
  name: 'selection/page-top-k',
  source,
  params: { layer: 'u32', kind: 'u32', rows: 'u32', capacity: 'u32' },
  bindings: {
    state: 'read',
    query: 'read',
    cache: 'read',
    bounds: 'read_write',
    scores: 'read_write',
    selected: 'read_write',
  },
  constants: { KV_HEADS: 'u32', GROUP: 'u32', HEAD_DIM: 'u32' },
  includes: ({ kv, accessors }: { readonly kv: KvType; readonly accessors: WgslPart }) => [
    stepStatePart,
    accessors,
    stepRowsPart,
    ...cacheParts(kv),
    boundsPart,
    radixSelectPart,
    writeListPart,
  ],
  grid: ({ rows }, { KV_HEADS }) => [Number(KV_HEADS), rows],
});
