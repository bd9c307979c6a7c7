import { MemoryError } from '../core/errors.ts';
import { wholeBuffer, type GpuArray } from '../gpu/array.ts';
import type { Gpu } from '../gpu/device.ts';
import { PAGE_SLOTS, pageWords, type KvType } from '../kernels/cache-layout.ts';

export interface CacheLayerShape {
  readonly kvHeads: number;
  readonly headDim: number;
}

/** The keys and values of all conversations: per layer one buffer of pages, grown by doubling. */
export class KvCache {
  readonly kv: KvType;
  /** How often it has grown. */
  growths = 0;
  readonly #gpu: Gpu;
  readonly #pageBytes: readonly number[];
  #pages = 0;
  #buffers: GPUBuffer[] = [];

  constructor(gpu: Gpu, kv: KvType, layers: readonly CacheLayerShape[]) {
    this.#gpu = gpu;
    this.kv = kv;
    this.#pageBytes = layers.map(({ kvHeads, headDim }) => pageWords(kv, kvHeads, headDim) * 4);
  }

  get pages(): number {
    return this.#pages;
  }

  get capacity(): number {
    return this.#pages * PAGE_SLOTS;
  }

  get bytes(): number {
    return this.#pages * this.#pageBytes.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** The most pages this device's limits allow in a layer's buffer. */
  get mostPages(): number {
    const limit = Math.min(this.#gpu.limits.maxBufferSize, this.#gpu.limits.maxStorageBufferBindingSize);
    return Math.floor(limit / Math.max(...this.#pageBytes));
  }

  layer(index: number): GpuArray {
    return wholeBuffer(this.#buffers[index]!);
  }

  /**
   * Makes room for at least `pages` pages; what is there is copied on the GPU and keeps its place. Plans that bound the
   * old buffers are stale afterwards, and nothing may be in flight.
   * @throws MemoryError when a limit of the device forbids it.
   */
  async grow(pages: number): Promise<void> {
    if (pages <= this.#pages) return;
    if (pages > this.mostPages)
      throw new MemoryError({
        code: 'out-of-memory',
        happened: `The cache needs ${pages} pages of ${PAGE_SLOTS} tokens.`,
        expected: `This device's limits allow ${this.mostPages} (${Math.max(...this.#pageBytes)} bytes a page and layer).`,
        todo: 'Choose a smaller context, or dispose conversations that are not needed.',
      });
    const next = Math.min(this.mostPages, Math.max(pages, this.#pages * 2));
    const old = this.#buffers;
    const made = await this.#gpu.checked(`growing the cache to ${next} pages`, () =>
      this.#pageBytes.map((bytes, layer) => this.#gpu.createBuffer(`cache ${layer}`, next * bytes)),
    );
    const encoder = this.#gpu.device.createCommandEncoder();
    old.forEach((buffer, layer) =>
      encoder.copyBufferToBuffer(buffer, 0, made[layer]!, 0, this.#pages * this.#pageBytes[layer]!),
    );
    this.#gpu.submit([encoder.finish()]);
    for (const buffer of old) this.#gpu.destroyBuffer(buffer);
    if (old.length > 0) this.growths++;
    this.#buffers = made;
    this.#pages = next;
  }
}
