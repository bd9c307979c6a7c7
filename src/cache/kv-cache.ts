import { MemoryError } from '../core/errors.ts';
import { wholeBuffer, type GpuArray } from '../gpu/array.ts';
import type { Gpu } from '../gpu/device.ts';
import { PAGE_SLOTS, pageWords, type KvType } from '../kernels/cache-layout.ts';

export interface CacheLayerShape {
  readonly kvHeads: number;
  readonly headDim: number;
}

/**
 * What may lie beside the pages of a layer, under the same page numbers; allocated when a method first asks for it.
 * `mass`: f32 [pages, kvHeads, 64], what attention noted down about a slot. `bounds`: f32 [pages, kvHeads, 4, 2,
 * headDim], minima and maxima of the keys of 16 slots.
 */
export type Side = 'mass' | 'bounds';

const SIDE_BYTES: Readonly<Record<Side, (layer: CacheLayerShape) => number>> = {
  mass: ({ kvHeads }) => kvHeads * PAGE_SLOTS * 4,
  bounds: ({ kvHeads, headDim }) => kvHeads * (PAGE_SLOTS / 16) * 2 * headDim * 4,
};

interface Layer {
  readonly pageBytes: number;
  readonly shape: CacheLayerShape;
  pages: number;
  buffer: GPUBuffer | undefined;
  readonly sides: Map<Side, GPUBuffer>;
}

/** Keys and values of conversations that store them alike: per layer one buffer of pages, grown by doubling. */
export class KvCache {
  readonly kv: KvType;
  /** How often it has grown. */
  growths = 0;
  /** The most bytes it has had. */
  peakBytes = 0;
  readonly #gpu: Gpu;
  readonly #layers: readonly Layer[];
  readonly #sides = new Set<Side>();

  constructor(gpu: Gpu, kv: KvType, layers: readonly CacheLayerShape[]) {
    this.#gpu = gpu;
    this.kv = kv;
    this.#layers = layers.map((shape) => ({
      shape,
      pageBytes: pageWords(kv, shape.kvHeads, shape.headDim) * 4,
      pages: 0,
      buffer: undefined,
      sides: new Map(),
    }));
  }

  /** Pages of each layer. */
  get pages(): readonly number[] {
    return this.#layers.map(({ pages }) => pages);
  }

  /** Bytes of a page of each layer, with what lies beside it. */
  get pageBytes(): readonly number[] {
    return this.#layers.map(
      ({ pageBytes, shape }) => pageBytes + [...this.#sides].reduce((sum, side) => sum + SIDE_BYTES[side](shape), 0),
    );
  }

  /** Bytes of a page of a layer, without what lies beside it. */
  layoutBytes(index: number): number {
    return this.#layers[index]!.pageBytes;
  }

  /** Bytes of a slot in all layers and heads, without what lies beside the pages. */
  get slotBytes(): number {
    return this.#layers.reduce((sum, { pageBytes }) => sum + pageBytes, 0) / PAGE_SLOTS;
  }

  get bytes(): number {
    const { pageBytes } = this;
    return this.#layers.reduce((sum, { pages }, i) => sum + pages * pageBytes[i]!, 0);
  }

  /** The most pages this device's limits allow in a layer's buffer. */
  get mostPages(): number {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#gpu.limits;
    return Math.floor(
      Math.min(maxBufferSize, maxStorageBufferBindingSize) /
        Math.max(...this.#layers.map(({ pageBytes }) => pageBytes)),
    );
  }

  layer(index: number): GpuArray {
    return wholeBuffer(this.#layers[index]!.buffer!);
  }

  /** What lies beside a layer's pages; undefined until it is required. */
  side(index: number, side: Side): GpuArray | undefined {
    const buffer = this.#layers[index]!.sides.get(side);
    return buffer && wholeBuffer(buffer);
  }

  /** Allocates what is to lie beside the pages, zeroed. Returns whether it was missing: plans then must be recorded again. */
  async require(side: Side): Promise<boolean> {
    if (this.#sides.has(side)) return false;
    await this.#gpu.checked(`allocating ${side} beside the cache`, () => {
      this.#layers.forEach((layer, i) => {
        if (layer.pages > 0) layer.sides.set(side, this.#createSide(side, layer, i, layer.pages));
      });
    });
    this.#sides.add(side);
    this.#note();
    return true;
  }

  /**
   * Makes room for at least so many pages in each layer, at least twice as many as before unless `exact`; what is there is
   * copied on the GPU and keeps its place. Plans that bound the old buffers are stale afterwards, and nothing may be in flight.
   * @throws MemoryError when a limit of the device forbids it.
   */
  async grow(pages: readonly number[], exact = false): Promise<void> {
    const { mostPages } = this;
    const wanted = Math.max(...pages);
    if (wanted > mostPages)
      throw new MemoryError({
        code: 'out-of-memory',
        happened: `The cache needs ${wanted} pages of ${PAGE_SLOTS} tokens.`,
        expected: `This device's limits allow ${mostPages} (${Math.max(...this.#layers.map(({ pageBytes }) => pageBytes))} bytes a page and layer).`,
        todo: 'Choose a smaller context, or dispose conversations that are not needed.',
      });
    const first = this.#layers.every((layer) => layer.pages === 0);
    if (this.#layers.every((layer, i) => layer.pages >= pages[i]!)) return;
    await this.#resize((layer, i) =>
      layer.pages >= pages[i]! ? layer.pages : Math.min(mostPages, Math.max(pages[i]!, exact ? 0 : layer.pages * 2)),
    );
    if (!first) this.growths++;
  }

  /** Gives memory back: keeps the first so many pages of each layer. As after `grow`, plans are stale. */
  async shrink(pages: readonly number[]): Promise<void> {
    await this.#resize((layer, i) => Math.min(layer.pages, Math.max(1, pages[i]!)));
  }

  async #resize(sizeOf: (layer: Layer, index: number) => number): Promise<void> {
    const changed = this.#layers.flatMap((layer, i) => {
      const pages = sizeOf(layer, i);
      return pages === layer.pages ? [] : [{ layer, i, pages }];
    });
    const made = await this.#gpu.checked(
      `giving the cache ${Math.max(...changed.map(({ pages }) => pages))} pages`,
      () =>
        changed.map(({ layer, i, pages }) => ({
          buffer: this.#gpu.createBuffer(`cache ${i}`, pages * layer.pageBytes),
          sides: [...this.#sides].map((side) => [side, this.#createSide(side, layer, i, pages)] as const),
        })),
    );
    const encoder = this.#gpu.device.createCommandEncoder();
    const old: GPUBuffer[] = [];
    const move = (from: GPUBuffer | undefined, to: GPUBuffer): void => {
      if (!from) return;
      encoder.copyBufferToBuffer(from, 0, to, 0, Math.min(from.size, to.size));
      old.push(from);
    };
    changed.forEach(({ layer, pages }, at) => {
      const { buffer, sides } = made[at]!;
      move(layer.buffer, buffer);
      for (const [side, array] of sides) {
        move(layer.sides.get(side), array);
        layer.sides.set(side, array);
      }
      layer.buffer = buffer;
      layer.pages = pages;
    });
    this.#gpu.submit([encoder.finish()]);
    for (const buffer of old) this.#gpu.destroyBuffer(buffer);
    this.#note();
  }

  #createSide(side: Side, { shape }: Layer, index: number, pages: number): GPUBuffer {
    return this.#gpu.createBuffer(`${side} ${index}`, pages * SIDE_BYTES[side](shape));
  }

  #note(): void {
    this.peakBytes = Math.max(this.peakBytes, this.bytes);
  }
}
