import { invariant } from '../../core/invariant.ts';
import type { GpuArray } from '../../gpu/array.ts';
import type { PlanRecorder } from '../../gpu/plan.ts';
import type { LayerView } from '../../kernels/layer-view.ts';
import { pageBounds } from '../../kernels/selection/page-bounds.ts';
import { BLOCK_SLOTS } from '../../kernels/selection/parts.ts';
import { pageTopK } from '../../kernels/selection/page-top-k.ts';
import { checkChoice, checkInteger } from '../method-options.ts';
import { NEVER, type DecodeSelection } from '../selection.ts';

export interface QuestOptions {
  /** Pages that a row reads of each KV head, those of sinks and recent tokens among them. */
  readonly pages: number;
  /** Tokens of a page. */
  readonly page?: 16 | 32 | 64;
  /** The pages of so many first tokens, and of so many newest, are always read. */
  readonly sinks?: number;
  readonly recent?: number;
  /** So many first layers attend to everything. */
  readonly dense?: number;
}

const constantsOf = ({ kvHeads, headDim }: LayerView) => ({ KV_HEADS: kvHeads, HEAD_DIM: headDim });

/**
 * Reads the pages whose keys may score highest, by bounds of every page's keys, the highest of the group's query heads
 * counting (Quest: Tang et al. 2024, arXiv 2406.10774). Where slots are evicted a page holds what came to lie there.
 * @throws UsageError when a number is out of its range.
 */
export function quest({ pages, page = 16, sinks = 4, recent = 64, dense = 0 }: QuestOptions): DecodeSelection {
  checkInteger('quest', 'pages', pages, 1);
  checkChoice('quest', 'page', page, [16, 32, 64]);
  checkInteger('quest', 'sinks', sinks, 0);
  checkInteger('quest', 'recent', recent, 1);
  checkInteger('quest', 'dense', dense, 0);
  return {
    name: 'quest',
    settings: { count: pages, sinks, recent, dense, page, theta: NEVER },
    shared: false,
    bounds: true,
    memoryWords: () => 0,
    encode(recorder, layer, { query, scores, selected, bounds }, { rows, capacity }, kind) {
      invariant(bounds !== undefined, () => 'quest needs bounds');
      recorder.add(
        'select',
        pageTopK.call({
          params: { layer: layer.layer, kind, rows, capacity },
          constants: { ...constantsOf(layer), GROUP: layer.groupSize },
          variant: { kv: layer.kv },
          bindings: { state: layer.state, query, cache: layer.cache, bounds, scores, selected },
        }),
      );
    },
    encodePrompt(recorder, layer, bounds, rows, kind) {
      recorder.add(
        'select-bounds',
        pageBounds.call({
          params: { layer: layer.layer, kind, count: rows, sequence: 0, sequences: 1 },
          constants: { ...constantsOf(layer), WHOLE: false },
          variant: { kv: layer.kv },
          bindings: { state: layer.state, cache: layer.cache, bounds },
        }),
      );
    },
    parameters: { pages, page, sinks, recent, dense },
  };
}

/** Sequences whose key bounds are computed anew, those of one kind of selection or, with 0, all; and the most slots they hold. */
export interface BoundsOf {
  readonly sequence: number;
  readonly sequences: number;
  readonly kind: number;
  readonly slots: number;
}

/**
 * Records what computes the key bounds of all closed blocks of sequences anew, as their lengths in the step state say: for
 * a cache that was filled by other means than steps, or whose slots have moved.
 */
export function encodeAllBounds(
  recorder: PlanRecorder,
  layer: LayerView,
  bounds: GpuArray,
  { sequence, sequences, kind, slots }: BoundsOf,
): void {
  recorder.add(
    'select-bounds',
    pageBounds.call({
      params: { layer: layer.layer, kind, count: Math.ceil(slots / BLOCK_SLOTS), sequence, sequences },
      constants: { ...constantsOf(layer), WHOLE: true },
      variant: { kv: layer.kv },
      bindings: { state: layer.state, cache: layer.cache, bounds },
    }),
  );
}
