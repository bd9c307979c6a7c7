import { invariant } from '../../core/invariant.ts';
import { oneOf, u32 } from '../../core/settings.ts';
import { keyBounds, pageBounds } from '../../kernels/selection/page-bounds.ts';
import { pageTopK } from '../../kernels/selection/page-top-k.ts';
import { defineSelection } from '../define-selection.ts';
import { DENSE, RECENT, SINKS } from './settings.ts';

/**
 * Reads the pages whose keys may score highest, by bounds of every page's keys, the highest of the group's query heads
 * counting (Quest: Tang et al. 2024, arXiv 2406.10774). Where slots are evicted a page holds what came to lie there.
 */
export const quest = defineSelection({
  name: 'quest',
  listed: 20,
  description: 'Each token reads the pages whose bounds promise the highest scores.',
  paper: {
    title: 'Quest: Query-Aware Sparsity for Efficient Long-Context LLM Inference',
    url: 'https://arxiv.org/abs/2406.10774',
  },
  status:
    'differs: one choice per KV head, by the highest bound of its query heads; pages with sinks and recent slots are forced; no dense layers unless dense= (paper: 2)',
  settings: {
    pages: u32('required', { min: 1, says: 'pages read, forced ones counted' }),
    page: oneOf(16, [16, 32, 64], 'slots of a page'),
    sinks: SINKS,
    recent: RECENT,
    dense: DENSE,
  },
  traits: ({ pages, page, dense }, accessors) => ({
    dense,
    mostSlots: pages * page,
    pageSlots: page,
    aux: [keyBounds],
    encode(recorder, layer, { query, scores, selected, aux }, { rows, capacity }, kind) {
      const bounds = aux(keyBounds);
      invariant(bounds !== undefined, () => 'quest needs bounds');
      recorder.add(
        'select',
        pageTopK.call({
          params: { layer: layer.layer, kind, rows, capacity },
          constants: { KV_HEADS: layer.kvHeads, GROUP: layer.groupSize, HEAD_DIM: layer.headDim },
          variant: { kv: layer.kv, accessors },
          bindings: { state: layer.state, query, cache: layer.cache, bounds, scores, selected },
        }),
      );
    },
    encodePrompt(recorder, layer, aux, rows, kind) {
      recorder.add(
        'select-bounds',
        pageBounds.call({
          params: { layer: layer.layer, kind, count: rows, sequence: 0, sequences: 1 },
          constants: { KV_HEADS: layer.kvHeads, HEAD_DIM: layer.headDim, WHOLE: false },
          variant: { kv: layer.kv },
          bindings: { state: layer.state, cache: layer.cache, bounds: aux(keyBounds)! },
        }),
      );
    },
  }),
  laws: [{ tight: 'pages=3,recent=16', loose: 'pages=30' }],
});
