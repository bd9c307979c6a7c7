import { MemoryError } from '../core/errors.ts';
import { wholeBuffer, type GpuArray } from '../gpu/array.ts';
import type { Gpu } from '../gpu/device.ts';
import type { AuxSpec } from '../kernels/aux-buffer.ts';
import { PAGE_SLOTS, pageWords, type KvType } from '../kernels/cache-layout.ts';

export interface CacheLayerShape {
  readonly kvHeads: number;
  readonly headDim: number;
}

interface Layer {
  readonly pageBytes: number;
  readonly shape: CacheLayerShape;
  pages: number;
  buffer: GPUBuffer | undefined;
  readonly aux: Map<AuxSpec, GPUBuffer>;
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
  readonly #aux = new Set<AuxSpec>();

  constructor(gpu: Gpu, kv: KvType, layers: readonly CacheLayerShape[]) {
    this.#gpu = gpu;
    this.kv = kv;
    this.#layers = layers.map((shape) => ({
      shape,
      pageBytes: pageWords(kv, shape.kvHeads, shape.headDim) * 4,
      pages: 0,
      buffer: undefined,
      aux: new Map(),
    }));
  }

  /** Pages of each layer. */
  get pages(): readonly number[] {
    return this.#layers.map(({ pages }) => pages);
  }

  /** Bytes of a page of each layer, with what lies beside it. */
  get pageBytes(): readonly number[] {
    return this.#layers.map(
      ({ pageBytes, shape }) => pageBytes + [...this.#aux].reduce((sum, spec) => sum + spec.pageBytes(shape), 0),
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
  aux(index: number, spec: AuxSpec): GpuArray | undefined {
    const buffer = this.#layers[index]!.aux.get(spec);
    return buffer && wholeBuffer(buffer);
  }

  /** Allocates what is to lie beside the pages, zeroed. Returns whether it was missing: plans then must be recorded again. */
  async require(spec: AuxSpec): Promise<boolean> {
    if (this.#aux.has(spec)) return false;
    await this.#gpu.checked(`allocating ${spec.name} beside the cache`, () => {
      this.#layers.forEach((layer, i) => {
        if (layer.pages > 0) layer.aux.set(spec, this.#createAux(spec, layer, i, layer.pages));
      });
    });
    this.#aux.add(spec);
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
          aux: [...this.#aux].map((spec) => [spec, this.#createAux(spec, layer, i, pages)] as const),
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
      const { buffer, aux } = made[at]!;
      move(layer.buffer, buffer);
      for (const [spec, array] of aux) {
        move(layer.aux.get(spec), array);
        layer.aux.set(spec, array);
      }
      layer.buffer = buffer;
      layer.pages = pages;
    });
    this.#gpu.submit([encoder.finish()]);
    for (const buffer of old) this.#gpu.destroyBuffer(buffer);
    this.#note();
  }

  #createAux(spec: AuxSpec, { shape }: Layer, index: number, pages: number): GPUBuffer {
    return this.#gpu.createBuffer(`${spec.name} ${index}`, pages * spec.pageBytes(shape));
  }

  #note(): void {
    this.peakBytes = Math.max(this.peakBytes, this.bytes);
  }
}
