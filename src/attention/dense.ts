import { ceilDiv, invariant } from '../core/invariant.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import {
  decodeConstants,
  decodeFlash,
  decodeFlashObserving,
  MAX_GROUP,
  MAX_HEAD_DIM,
} from '../kernels/attention/decode-flash.ts';
import { flashPrefill, prefillTileConstants } from '../kernels/attention/flash-prefill.ts';
import { MAX_SPLITS, mergeSplits, mergeSplitsObserving } from '../kernels/attention/merge.ts';
import { scoreConstants } from '../kernels/attention/observed.ts';
import { prefillLanes, prefillLanesConstants } from '../kernels/attention/prefill-lanes.ts';
import {
  columnSumsOf,
  decodeCandidates,
  plainDecode,
  plainPrefill,
  prefillCandidates,
  type AttentionAdapter,
  type DecodeTuning,
  type HeadShape,
  type PrefillTuning,
} from '../kernels/attention/tuning.ts';
import { layerConstants, scaleOf, type LayerObservation, type LayerView } from '../kernels/layer-view.ts';
import type { AttentionArrays, AttentionBackend, AttentionShape } from './backend.ts';
import { encodeColumnSums } from './observe.ts';

export { partialsBytes } from '../kernels/attention/decode-flash.ts';

/** The most rows that flash decoding takes; above, rows share their keys and values in tiles. */
export const MAX_DECODE_ROWS = 8;

/** Slots of a (row, KV head) that are worth a workgroup of attention/merge which adds up their mass. */
const OBSERVER_SLOTS = 512;

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
      const { observe } = layer;
      const noting = shape.rows <= MAX_DECODE_ROWS && observe?.scores !== undefined;
      if (shape.rows > MAX_DECODE_ROWS) encodePrefill(recorder, layer, arrays, shape, prefillOf(layer));
      else {
        const tuning = decodeOf(layer);
        const cut = splitSlots === undefined ? tuning : { ...tuning, directSlots: splitSlots, splitSlots };
        encodeDecode(recorder, layer, arrays, shape, cut, noting ? observe : undefined);
      }
      if (observe && !noting) encodeColumnSums(recorder, layer, observe, arrays, shape, columnSumsOf(adapter, layer));
    },
  };
}

function encodePrefill(
  recorder: PlanRecorder,
  layer: LayerView,
  { query, output, lse }: AttentionArrays,
  { rows, masked, trees }: AttentionShape,
  tuning: PrefillTuning,
): void {
  const call = {
    params: { scale: scaleOf(layer), layer: layer.layer, rows },
    variant: { kv: layer.kv, trees },
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
  observe: LayerObservation | undefined,
): void {
  const { rows, lengthBucket, masked, trees } = shape;
  const { kv, groupSize, state, cache } = layer;
  const splits = splitsOf(shape, tuning);
  // Only one workgroup may add to the mass of a (row, KV head): batches of its heads leave that to the merge.
  const direct = splits === 1 && (!observe || tuning.heads >= groupSize);
  const capacity = observe?.capacity ?? 0;
  invariant(!observe || lengthBucket <= capacity, () => `${lengthBucket} slots, room for scores of ${capacity}`);
  const noise = observe?.noise;
  const layout = scoreConstants(groupSize, tuning.heads);
  const attend = {
    params: { scale: scaleOf(layer), layer: layer.layer, splits, rows, capacity, kind: 0 },
    constants: { ...layerConstants(layer, masked), ...decodeConstants(tuning, layer.headDim), DIRECT: direct },
    variant: { kv, exchange: tuning.exchange, noise, trees },
    bindings: { state, query, cache, output, lse, partials },
  };
  recorder.add(
    'attention',
    observe?.scores
      ? decodeFlashObserving.call({
          ...attend,
          constants: { ...attend.constants, ...layout },
          bindings: { ...attend.bindings, scores: observe.scores, mass: observe.mass },
        })
      : decodeFlash.call(attend),
  );
  if (direct) return;
  const observers = observe ? ceilDiv(lengthBucket, OBSERVER_SLOTS) : 0;
  const merge = {
    params: { splits, rows, layer: layer.layer, kind: 0, capacity, observers },
    constants: { ...layerConstants(layer, masked), Q_HEADS: layer.qHeads, THREADS: tuning.mergeThreads },
    bindings: { state, partials, output, lse },
  };
  recorder.add(
    'attention-merge',
    observe?.scores
      ? mergeSplitsObserving.call({
          ...merge,
          constants: { ...merge.constants, ...layout },
          variant: { kv, noise },
          bindings: { ...merge.bindings, cache, scores: observe.scores, mass: observe.mass },
        })
      : mergeSplits.call({ ...merge, variant: undefined }),
  );
}
