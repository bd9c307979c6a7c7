import { invariant } from '../../core/invariant.ts';
import type { PlanRecorder } from '../../gpu/plan.ts';
import { PAGE_SLOTS } from '../../kernels/cache-layout.ts';
import { scaleOf, turnsOf, type LayerView } from '../../kernels/layer-view.ts';
import { slotScores } from '../../kernels/selection/slot-scores.ts';
import { MAX_VOTERS, voteTopK, voteTopKKept } from '../../kernels/selection/vote-top-k.ts';
import type { WgslPart } from '../../gpu/wgsl.ts';
import type { SelectionArrays, SelectionShape } from '../selection.ts';

export interface VoteMethod {
  /** One list for all heads of the layer, instead of one for each KV head. */
  readonly shared: boolean;
  /** Whether slots that are chosen anyway take part in the softmax. */
  readonly all: boolean;
  /** Scores as if all keys lay equally far from the row, and unscaled. */
  readonly even: boolean;
  /** The include by which kernels read `k`, `sinks`, `recent` and `theta`. */
  readonly accessors: WgslPart;
}

/** Records the two dispatches of a selection by votes: scores of all slots, then the choice. */
export function encodeVotes(
  recorder: PlanRecorder,
  layer: LayerView,
  { query, scores, selected, memory }: SelectionArrays,
  { rows, lengthBucket, capacity, masked = false }: SelectionShape,
  kind: number,
  { shared, all, even, accessors }: VoteMethod,
): void {
  const { qHeads, kvHeads, groupSize, headDim, window, softCap = 0, kv, state, cache } = layer;
  invariant((shared ? qHeads : groupSize) <= MAX_VOTERS, () => `${qHeads} heads vote`);
  const turns = even ? turnsOf(layer) : undefined;
  const constants = { Q_HEADS: qHeads, KV_HEADS: kvHeads, HEAD_DIM: headDim };
  recorder.add(
    'select-scores',
    slotScores.call({
      params: {
        scale: even ? 1 : scaleOf(layer),
        layer: layer.layer,
        kind,
        rows,
        capacity,
        pages: Math.ceil(lengthBucket / PAGE_SLOTS),
        turns_at: turns?.at ?? 0,
      },
      constants: {
        ...constants,
        GROUP: groupSize,
        ROPE_PAIRS: turns?.pairs ?? 0,
        WINDOW: window,
        MASKED: masked,
        BIDIRECTIONAL: false,
        // Keys that are turned anew are scored without the scale, in which the cap is told.
        SOFT_CAP: even ? 0 : softCap,
        ALL: all,
        KEEPS: memory !== undefined,
      },
      variant: { kv, turn: even ? 'even' : 'none', accessors },
      bindings: { state, query, cache, vectors: turns?.vectors ?? query, memory: memory ?? query, scores },
    }),
  );
  const call = {
    params: { layer: layer.layer, kind, rows, capacity },
    constants: { ...constants, SHARED: shared },
    variant: { accessors },
  };
  const bindings = { state, query, scores, selected };
  recorder.add(
    'select',
    memory ? voteTopKKept.call({ ...call, bindings: { ...bindings, memory } }) : voteTopK.call({ ...call, bindings }),
  );
}
