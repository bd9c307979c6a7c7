import { ceilDiv, invariant } from '../core/invariant.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import { decodeConstants, decodeFlash, MAX_GROUP, MAX_HEAD_DIM } from '../kernels/attention/decode-flash.ts';
import { flashPrefill, prefillTileConstants } from '../kernels/attention/flash-prefill.ts';
import { MAX_SPLITS, mergeSplits } from '../kernels/attention/merge.ts';
import { prefillLanes, prefillLanesConstants } from '../kernels/attention/prefill-lanes.ts';
import {
  decodeCandidates,
  plainDecode,
  plainPrefill,
  prefillCandidates,
  type AttentionAdapter,
  type DecodeTuning,
  type HeadShape,
  type PrefillTuning,
} from '../kernels/attention/tuning.ts';
import type { LayerView } from '../kernels/layer-view.ts';
import type { AttentionArrays, AttentionBackend, AttentionShape } from './backend.ts';

export { partialsBytes } from '../kernels/attention/decode-flash.ts';

/** The most rows that flash decoding takes; above, rows share their keys and values in tiles. */
export const MAX_DECODE_ROWS = 8;

/** Into how many workgroups a (row, KV head) is cut; 1 = no merge. */
export const splitsOf = (
  { rows, lengthBucket }: AttentionShape,
  { directSlots, splitSlots }: Pick<DecodeTuning, 'directSlots' | 'splitSlots'>,
): number =>
  rows > MAX_DECODE_ROWS || lengthBucket <= directSlots ? 1 : Math.min(MAX_SPLITS, ceilDiv(lengthBucket, splitSlots));

export interface DenseOptions {
  /** Whose shapes to take; without it those that run on every device. */
  readonly adapter?: AttentionAdapter;
  /** A measured choice per kind of heads, instead of the first candidate. */
  readonly decode?: (heads: HeadShape) => DecodeTuning;
  readonly prefill?: (heads: HeadShape) => PrefillTuning;
  /** Slots up to which nothing is merged, and that are worth a workgroup of their own above, instead of the shape's. */
  readonly splitSlots?: number;
}

/** Exact attention to every visible slot, in a window where the layer has one. */
export function dense({ adapter, decode, prefill, splitSlots }: DenseOptions = {}): AttentionBackend {
  const decodeOf = decode ?? ((heads) => (adapter ? decodeCandidates(adapter, heads)[0]! : plainDecode(heads)));
  const prefillOf =
    prefill ?? ((heads) => (adapter ? prefillCandidates(adapter, heads)[0]! : plainPrefill(heads.headDim)));
  return {
    encode(recorder, layer, arrays, shape) {
      const { groupSize, kvHeads, qHeads, headDim } = layer;
      invariant(
        groupSize * kvHeads === qHeads && groupSize <= MAX_GROUP,
        () => `${qHeads} query heads of ${kvHeads} KV heads`,
      );
      invariant(headDim % 4 === 0 && headDim <= MAX_HEAD_DIM, () => `head dimension ${headDim}`);
      if (shape.rows > MAX_DECODE_ROWS) encodePrefill(recorder, layer, arrays, shape, prefillOf(layer));
      else {
        const tuning = decodeOf(layer);
        const cut = splitSlots === undefined ? tuning : { ...tuning, directSlots: splitSlots, splitSlots };
        encodeDecode(recorder, layer, arrays, shape, cut);
      }
    },
  };
}

export const scaleOf = ({ scale, headDim }: LayerView): number => scale ?? 1 / Math.sqrt(headDim);

export const layerConstants = ({ kvHeads, groupSize, headDim, window }: LayerView, masked = false) => ({
  KV_HEADS: kvHeads,
  GROUP: groupSize,
  HEAD_DIM: headDim,
  WINDOW: window,
  MASKED: masked,
});

function encodePrefill(
  recorder: PlanRecorder,
  layer: LayerView,
  { query, output, lse }: AttentionArrays,
  { rows, masked }: AttentionShape,
  tuning: PrefillTuning,
): void {
  const call = {
    params: { scale: scaleOf(layer), layer: layer.layer, rows },
    variant: { kv: layer.kv },
    bindings: { state: layer.state, query, cache: layer.cache, output, lse },
  };
  const constants = layerConstants(layer, masked);
  recorder.add(
    'attention',
    tuning.core === 'tile'
      ? flashPrefill.call({ ...call, constants: { ...constants, ...prefillTileConstants(tuning, layer.headDim) } })
      : prefillLanes.call({ ...call, constants: { ...constants, ...prefillLanesConstants(tuning, layer.headDim) } }),
  );
}

function encodeDecode(
  recorder: PlanRecorder,
  layer: LayerView,
  { query, output, partials, lse }: AttentionArrays,
  shape: AttentionShape,
  tuning: DecodeTuning,
): void {
  const { rows, masked } = shape;
  const splits = splitsOf(shape, tuning);
  recorder.add(
    'attention',
    decodeFlash.call({
      params: { scale: scaleOf(layer), layer: layer.layer, splits, rows, capacity: 0, kind: 0 },
      constants: { ...layerConstants(layer, masked), ...decodeConstants(tuning, layer.headDim), DIRECT: splits === 1 },
      variant: { kv: layer.kv, exchange: tuning.exchange },
      bindings: { state: layer.state, query, cache: layer.cache, output, lse, partials },
    }),
  );
  if (splits === 1) return;
  recorder.add(
    'attention-merge',
    mergeSplits.call({
      params: { splits, rows, layer: layer.layer, kind: 0 },
      constants: { Q_HEADS: layer.qHeads, HEAD_DIM: layer.headDim },
      variant: undefined,
      bindings: { state: layer.state, partials, output, lse },
    }),
  );
}
