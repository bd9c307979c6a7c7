import type { GpuArray } from '../gpu/array.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import { decodeConstants, decodeFlashListed } from '../kernels/attention/decode-flash.ts';
import { mergeSplits } from '../kernels/attention/merge.ts';
import { decodeCandidates, plainDecode } from '../kernels/attention/tuning.ts';
import { layerConstants, scaleOf, type LayerView } from '../kernels/layer-view.ts';
import type { AttentionArrays, AttentionShape } from './backend.ts';
import { splitsOf, type DenseOptions } from './dense.ts';

export interface ListedArrays extends AttentionArrays {
  /** u32 [rows, kvHeads, capacity + 1]: how many slots a row reads, then the slots. */
  readonly selected: GpuArray;
}

export interface ListedShape extends AttentionShape {
  /** Slots that a list has room for. */
  readonly capacity: number;
  /** The longest list, rounded up; 0 or left out = `lengthBucket`. */
  readonly listBucket?: number;
  /** Which rows it serves: those whose `row_select` is this. */
  readonly kind: number;
}

/** Attention of the first rows of a step to the slots that a selection has listed for them. */
export interface ListedAttention {
  /** Records the dispatches of one layer: one, or two where the lists are split. */
  encode(recorder: PlanRecorder, layer: LayerView, arrays: ListedArrays, shape: ListedShape): void;
}

/** Attention to listed slots, with the kernel shapes that `dense` would take for decoding. */
export function listed({ adapter, decode, splitSlots }: Omit<DenseOptions, 'prefill'> = {}): ListedAttention {
  const decodeOf = decode ?? ((heads) => (adapter ? decodeCandidates(adapter, heads)[0]! : plainDecode(heads)));
  return {
    encode(recorder, layer, { query, output, partials, lse, selected }, shape) {
      const { rows } = shape;
      const tuning = decodeOf(layer);
      const cut = splitSlots === undefined ? tuning : { ...tuning, directSlots: splitSlots, splitSlots };
      const splits = splitsOf({ rows, lengthBucket: shape.listBucket || shape.lengthBucket }, cut);
      const { capacity, kind, masked } = shape;
      recorder.add(
        'attention-listed',
        decodeFlashListed.call({
          params: { scale: scaleOf(layer), layer: layer.layer, splits, rows, capacity, kind },
          constants: {
            ...layerConstants(layer, masked),
            ...decodeConstants(tuning, layer.headDim),
            DIRECT: splits === 1,
          },
          variant: { kv: layer.kv, exchange: tuning.exchange },
          bindings: { state: layer.state, query, cache: layer.cache, output, lse, partials, selected },
        }),
      );
      if (splits === 1) return;
      recorder.add(
        'attention-merge',
        mergeSplits.call({
          params: { splits, rows, layer: layer.layer, kind, capacity: 0, observers: 0 },
          constants: { Q_HEADS: layer.qHeads, HEAD_DIM: layer.headDim, THREADS: tuning.mergeThreads },
          variant: undefined,
          bindings: { state: layer.state, partials, output, lse },
        }),
      );
    },
  };
}
