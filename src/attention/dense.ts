import { ceilDiv, invariant } from '../core/invariant.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import { decodeFlash, decodeShape, MAX_GROUP, MAX_HEAD_DIM } from '../kernels/attention/decode-flash.ts';
import { flashPrefill, prefillConstants, prefillShape, type PrefillShape } from '../kernels/attention/flash-prefill.ts';
import { MAX_SPLITS, mergeSplits } from '../kernels/attention/merge.ts';
import type { LayerView } from '../kernels/layer-view.ts';
import type { AttentionArrays, AttentionBackend, AttentionShape } from './backend.ts';

export { partialsBytes } from '../kernels/attention/decode-flash.ts';

/** The most rows that flash decoding takes; above, rows share their keys and values in tiles. */
const MAX_DECODE_ROWS = 8;

/** Slots that are worth a workgroup of their own. */
const SPLIT_SLOTS = 256;

/** Into how many workgroups a (row, KV head) is cut; 1 = no merge. */
export const splitsOf = ({ rows, lengthBucket }: AttentionShape): number =>
  rows > MAX_DECODE_ROWS ? 1 : Math.min(MAX_SPLITS, Math.max(1, ceilDiv(lengthBucket, SPLIT_SLOTS)));

/**
 * Exact attention to every visible slot, in a window where the layer has one.
 * @param options.software the adapter runs on the CPU, which wants another shape of prefill.
 */
export function dense({ software = false }: { readonly software?: boolean } = {}): AttentionBackend {
  return {
    encode(recorder, layer, arrays, shape) {
      const { groupSize, kvHeads, qHeads, headDim } = layer;
      invariant(
        groupSize * kvHeads === qHeads && groupSize <= MAX_GROUP,
        () => `${qHeads} query heads of ${kvHeads} KV heads`,
      );
      invariant(headDim % 4 === 0 && headDim <= MAX_HEAD_DIM, () => `head dimension ${headDim}`);
      if (shape.rows > MAX_DECODE_ROWS) encodePrefill(recorder, layer, arrays, shape, prefillShape(headDim, software));
      else encodeDecode(recorder, layer, arrays, shape);
    },
  };
}

const scaleOf = ({ scale, headDim }: LayerView): number => scale ?? 1 / Math.sqrt(headDim);

const layerConstants = ({ kvHeads, groupSize, headDim, window }: LayerView) => ({
  KV_HEADS: kvHeads,
  GROUP: groupSize,
  HEAD_DIM: headDim,
  WINDOW: window,
});

function encodePrefill(
  recorder: PlanRecorder,
  layer: LayerView,
  { query, output, lse }: AttentionArrays,
  { rows }: AttentionShape,
  cut: PrefillShape,
): void {
  recorder.add(
    'attention',
    flashPrefill.call({
      params: { scale: scaleOf(layer), layer: layer.layer, rows },
      constants: { ...layerConstants(layer), ...prefillConstants(cut, layer.headDim) },
      variant: { kv: layer.kv },
      bindings: { state: layer.state, query, cache: layer.cache, output, lse },
    }),
  );
}

function encodeDecode(
  recorder: PlanRecorder,
  layer: LayerView,
  { query, output, partials, lse }: AttentionArrays,
  shape: AttentionShape,
): void {
  const { rows } = shape;
  const splits = splitsOf(shape);
  recorder.add(
    'attention',
    decodeFlash.call({
      params: { scale: scaleOf(layer), layer: layer.layer, splits, rows },
      constants: { ...layerConstants(layer), ...decodeShape(layer.groupSize), DIRECT: splits === 1 },
      variant: { kv: layer.kv },
      bindings: { state: layer.state, query, cache: layer.cache, output, lse, partials },
    }),
  );
  if (splits === 1) return;
  recorder.add(
    'attention-merge',
    mergeSplits.call({
      params: { splits, rows },
      constants: { Q_HEADS: layer.qHeads, HEAD_DIM: layer.headDim },
      variant: undefined,
      bindings: { state: layer.state, partials, output, lse },
    }),
  );
}
