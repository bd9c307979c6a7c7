import { KvCache } from '../../cache/kv-cache.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { AuxSpec } from '../../kernels/aux-buffer.ts';
import type { KvType } from '../../kernels/cache-layout.ts';
import type { ModelConfig } from '../../models/model-config.ts';
import { SlotAllocator } from './slot-allocator.ts';

/** A cache and which of its pages are taken, per layer. */
export interface PagePool {
  readonly cache: KvCache;
  readonly allocators: readonly SlotAllocator[];
}

/** The caches of an engine: one for each way in which its conversations store keys and values, made when first asked for. */
export class Caches {
  readonly #gpu: Gpu;
  readonly #config: ModelConfig;
  readonly #pools = new Map<KvType, PagePool>();

  constructor(gpu: Gpu, config: ModelConfig) {
    this.#gpu = gpu;
    this.#config = config;
  }

  get all(): readonly KvCache[] {
    return [...this.#pools.values()].map(({ cache }) => cache);
  }

  get pools(): readonly PagePool[] {
    return [...this.#pools.values()];
  }

  get bytes(): number {
    return this.all.reduce((sum, cache) => sum + cache.bytes, 0);
  }

  pool(kv: KvType): PagePool {
    let pool = this.#pools.get(kv);
    if (!pool) {
      const cache = new KvCache(this.#gpu, kv, this.#config.layers);
      pool = { cache, allocators: this.#config.layers.map(() => new SlotAllocator()) };
      this.#pools.set(kv, pool);
    }
    return pool;
  }

  of(kv: KvType): KvCache {
    return this.pool(kv).cache;
  }

  /** Has what a method needs beside the pages; `onChange` runs when plans must be recorded again. */
  async require(kv: KvType, specs: readonly AuxSpec[], onChange: () => Promise<void>): Promise<void> {
    const made = await Promise.all(specs.map((spec) => this.of(kv).require(spec)));
    if (made.includes(true)) await onChange();
  }
}
