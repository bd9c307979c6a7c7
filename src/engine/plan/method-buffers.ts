import type { MethodArrays } from '../../attention/backend.ts';
import { selectionName, type DecodeSelection } from '../../attention/selection.ts';
import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { PAGE_SLOTS } from '../../kernels/cache-layout.ts';
import type { LayerView } from '../../kernels/layer-view.ts';
import type { ModelConfig } from '../../models/model-config.ts';
import { noteElements } from '../../kernels/attention/tuning.ts';
import { slotScoresElements } from '../../kernels/selection/slot-scores.ts';
import type { Caches } from '../memory/caches.ts';

/** Word 0 of a sequence's memory says of how many slots it knows. */
const NOTHING_KEPT = new Uint32Array(1);

export interface MethodBufferSizes {
  readonly maxRows: number;
}

/** What cache and attention methods work with besides the cache; each is allocated when a plan first binds it. */
export class MethodBuffers {
  readonly #gpu: Gpu;
  readonly #caches: Caches;
  readonly #sizes: MethodBufferSizes;
  readonly #qHeads: number;
  /** f32 elements that attention notes of a slot of every KV head. */
  readonly #noted: number;
  readonly #kvHeads: number;
  readonly #made = new Map<string, GpuArray>();
  /** What selections remember from step to step, and the words of a sequence in it. */
  readonly #memories = new Map<string, number>();

  constructor(gpu: Gpu, config: ModelConfig, caches: Caches, sizes: MethodBufferSizes) {
    this.#gpu = gpu;
    this.#caches = caches;
    this.#sizes = sizes;
    this.#qHeads = Math.max(...config.layers.map(({ qHeads }) => qHeads));
    this.#noted = Math.max(...config.layers.map(({ qHeads, kvHeads }) => kvHeads * noteElements(qHeads / kvHeads)));
    this.#kvHeads = Math.max(...config.layers.map(({ kvHeads }) => kvHeads));
  }

  get bytes(): number {
    return [...this.#made.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Scratch of an eviction: ranks of the slots of one layer's pages. */
  evictionKeys(pages: number): GpuArray {
    return this.#array('ranks of slots', pages * this.#kvHeads * PAGE_SLOTS);
  }

  /** Drops what selections remember of a sequence, for its tokens are others now. Steps in flight must not be its own. */
  forget(sequence: number): void {
    for (const [label, words] of this.#memories) {
      const { buffer, byteLength } = this.#made.get(label)!;
      // One that is made for more sequences when plans are recorded again begins with nothing kept.
      if (sequence * words * 4 < byteLength) this.#gpu.write(buffer, sequence * words * 4, NOTHING_KEPT);
    }
  }

  /** For bindings that a kernel does not use. */
  nothing(): GpuArray {
    return this.#array('nothing', 4);
  }

  /** The arrays of one layer for plans of at most `capacity` slots, with scratch for `rows` rows; layers share their scratch. */
  arrays(layer: LayerView, { capacity, rows }: { readonly capacity: number; readonly rows: number }): MethodArrays {
    const array = (label: string, words: () => number): GpuArray => this.#array(label, words());
    const { maxRows } = this.#sizes;
    const qHeads = this.#qHeads;
    const noted = this.#noted;
    const kvHeads = this.#kvHeads;
    const cache = this.#caches.of(layer.kv);
    return {
      get scores() {
        return array(`raw scores of ${capacity} slots, ${rows} rows`, () =>
          Math.max(slotScoresElements(rows, qHeads, capacity), rows * noted * capacity),
        );
      },
      get selected() {
        return array(`selected of ${capacity} slots, ${rows} rows`, () => rows * kvHeads * (capacity + 1));
      },
      get noisyLse() {
        return array('log-sum-exp of noisy scores', () => maxRows * qHeads);
      },
      aux: (spec) => cache.aux(layer.layer, spec),
      memory: (selection: DecodeSelection) => {
        const words = selection.memoryWords(layer, capacity);
        if (words === 0) return undefined;
        const label = `memory of ${selectionName(selection)} in layer ${layer.layer}, ${words} words`;
        this.#memories.set(label, words);
        return array(label, () => layer.sequences * words);
      },
    };
  }

  /** The buffer of this name. Of another size it is made anew: whatever bound the old one has been forgotten. */
  #array(label: string, words: number): GpuArray {
    const kept = this.#made.get(label);
    if (kept?.byteLength === words * 4) return kept;
    if (kept) this.#gpu.destroyBuffer(kept.buffer);
    const made = wholeBuffer(this.#gpu.createBuffer(label, words * 4));
    this.#made.set(label, made);
    return made;
  }
}
