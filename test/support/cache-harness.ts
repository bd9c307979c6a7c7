import { readBuffer } from '../../src/kernels/cases/run-kernel.ts';
import type { EvictionArrays } from '../../src/cache/encode-eviction.ts';
import { wholeBuffer, type GpuArray } from '../../src/gpu/array.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import type { Plan } from '../../src/gpu/plan.ts';
import { PAGE_SLOTS } from '../../src/kernels/cache-layout.ts';
import type { LayerView } from '../../src/kernels/layer-view.ts';
import {
  LAYOUT_AT,
  layoutWords,
  METHOD_WORDS,
  MethodWord,
  stepLayout,
  type StepLayout,
} from '../../src/kernels/step-layout.ts';
import type { ModelHeads, ModelSlot } from '../../cases/reference/cache-model.ts';
import {
  CacheWords,
  lengthAt,
  pageAt,
  setMethods,
  type CacheShape,
  type SequenceMethods,
  type SlotWords,
} from '../../cases/support/cache-words.ts';

export interface HarnessShape extends CacheShape {
  readonly sequences: number;
  /** Pages of every sequence. */
  readonly pages: number;
  /** Turns (lib/rope) and their pairs, for rank positions. */
  readonly turns?: { readonly table: Float32Array<ArrayBuffer>; readonly pairs: number };
}

/** One layer of some sequences in buffers of a GPU, with a copy on the CPU that tests read and write. */
export class CacheHarness {
  readonly state: Uint32Array<ArrayBuffer>;
  readonly cache: CacheWords;
  readonly layout: StepLayout;
  readonly layer: LayerView;
  readonly arrays: EvictionArrays;
  readonly #gpu: Gpu;
  readonly #buffers: GPUBuffer[] = [];

  constructor(gpu: Gpu, shape: HarnessShape) {
    const { kv, kvHeads, headDim, sequences, pages, turns } = shape;
    this.#gpu = gpu;
    this.layout = stepLayout({
      maxRows: 1,
      maxLogitRows: 1,
      maxSequences: sequences,
      layers: 1,
      kvStride: kvHeads,
      maxPages: pages,
    });
    this.state = new Uint32Array(this.layout.words);
    this.state.set(layoutWords(this.layout), LAYOUT_AT);
    for (let sequence = 0; sequence < sequences; sequence++)
      for (let page = 0; page < pages; page++)
        // Neither in order nor side by side.
        this.state[pageAt(this.layout, sequence, 0, page * PAGE_SLOTS)] =
          sequences * page + ((sequence + page) % sequences);
    this.cache = CacheWords.filled(shape, sequences * pages, 0x7fc00000);
    const made = (name: string, bytes: number): GpuArray => {
      this.#buffers.push(gpu.createBuffer(name, bytes));
      return wholeBuffer(this.#buffers.at(-1)!);
    };
    const vectors = made('vectors', turns?.table.byteLength ?? 16);
    if (turns) gpu.write(vectors.buffer, 0, turns.table);
    this.arrays = {
      mass: made('mass', this.cache.mass.byteLength),
      keys: made('keys', this.cache.mass.byteLength),
      rope: { vectors, turnsAt: 0, pairs: turns?.pairs ?? headDim / 2 },
    };
    this.layer = {
      layer: 0,
      qHeads: kvHeads,
      kvHeads,
      groupSize: 1,
      headDim,
      window: 0,
      kv,
      cache: made('cache', this.cache.words.byteLength),
      state: made('state', this.state.byteLength),
      sequences: this.layout.maxSequences,
    };
  }

  setMethods(sequence: number, methods: SequenceMethods): void {
    setMethods(this.state, this.layout, sequence, 0, methods);
  }

  closed(sequence: number): number {
    return this.state[this.layout.methodsAt + sequence * METHOD_WORDS + MethodWord.closed]!;
  }

  heads(sequence: number): ModelHeads<SlotWords> {
    return Array.from({ length: this.layer.kvHeads }, (_, head) => {
      const length = this.state[lengthAt(this.layout, sequence, 0, head)]!;
      return Array.from({ length }, (_slot, slot) => this.cache.read(this.#page(sequence, slot), head, slot));
    });
  }

  /** Sets what a head holds; what lies behind the last slot stays. */
  setHead(sequence: number, head: number, slots: readonly ModelSlot<SlotWords>[]): void {
    this.state[lengthAt(this.layout, sequence, 0, head)] = slots.length;
    slots.forEach((slot, i) => this.cache.write(this.#page(sequence, i), head, i, slot));
  }

  /** A copy of all words: the step state, the cache, the mass. */
  snapshot(): Uint32Array<ArrayBuffer>[] {
    return [this.state, this.cache.words, new Uint32Array(this.cache.mass.buffer)].map((words) => words.slice());
  }

  restore([state, cache, mass]: readonly Uint32Array<ArrayBuffer>[]): void {
    this.state.set(state!);
    this.cache.words.set(cache!);
    new Uint32Array(this.cache.mass.buffer).set(mass!);
  }

  /** Replays the plan on what the CPU holds, and reads back what it left. */
  async run(plan: Plan): Promise<void> {
    const { state, cache } = this.layer;
    const shared = [
      { buffer: state.buffer, words: this.state },
      { buffer: cache.buffer, words: this.cache.words },
      { buffer: this.arrays.mass.buffer, words: new Uint32Array(this.cache.mass.buffer) },
    ];
    for (const { buffer, words } of shared) this.#gpu.write(buffer, 0, words);
    plan.replay();
    // oxlint-disable-next-line no-await-in-loop -- three reads in a row
    for (const { buffer, words } of shared) words.set(await readBuffer(this.#gpu, buffer, words.byteLength));
  }

  dispose(): void {
    for (const buffer of this.#buffers) this.#gpu.destroyBuffer(buffer);
  }

  #page(sequence: number, slot: number): number {
    return this.state[pageAt(this.layout, sequence, 0, slot)]!;
  }
}
