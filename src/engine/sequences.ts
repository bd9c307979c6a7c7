import type { KvCache } from '../cache/kv-cache.ts';
import { MemoryError } from '../core/errors.ts';
import { ceilDiv } from '../core/invariant.ts';
import { PAGE_SLOTS } from '../kernels/cache-layout.ts';
import { SlotAllocator } from './slot-allocator.ts';
import type { StepState } from './step-state.ts';

/** What a conversation holds of the cache: a sequence of the step state, and pages. Empty until it first runs. */
export interface Lease {
  sequence: number | undefined;
  readonly pages: number[];
  /** Tokens whose keys and values are cached. */
  length: number;
  /** In use by a run: it may not be taken away. */
  busy: boolean;
  /** When it was last used, for taking the longest idle one away. */
  lastUsed: number;
}

export const createLease = (): Lease => ({ sequence: undefined, pages: [], length: 0, busy: false, lastUsed: 0 });

/** Hands out sequences and pages; takes the cache of idle conversations back when there is no other room. */
export class Sequences {
  /** How often an idle conversation lost its cache, to be computed again when it goes on. */
  reclaimed = 0;
  readonly #cache: KvCache;
  readonly #state: StepState;
  readonly #sequences: SlotAllocator;
  readonly #pages = new SlotAllocator();
  readonly #leases = new Set<Lease>();
  #clock = 0;

  constructor(cache: KvCache, state: StepState) {
    this.#cache = cache;
    this.#state = state;
    this.#sequences = new SlotAllocator(state.layout.maxSequences);
    this.#pages.resize(cache.pages);
  }

  get pagesUsed(): number {
    return this.#pages.used;
  }

  /** Slots that hold a token. */
  get slotsUsed(): number {
    return [...this.#leases].reduce((sum, lease) => sum + lease.length, 0);
  }

  /** Gives the lease a sequence, and writes its pages and length for the GPU. Its length may be set lower before. */
  begin(lease: Lease): void {
    if (lease.sequence === undefined) {
      if (this.#sequences.free === 0) this.#reclaim();
      lease.sequence = this.#sequences.take();
      this.#leases.add(lease);
      lease.length = 0;
    }
    lease.busy = true;
    lease.lastUsed = ++this.#clock;
    this.#state.writeLength(lease.sequence, lease.length);
  }

  end(lease: Lease, length: number): void {
    lease.length = length;
    lease.busy = false;
    lease.lastUsed = ++this.#clock;
  }

  /** How many pages must be added so that the lease can hold `slots`. */
  missingPages(lease: Lease, slots: number): number {
    return Math.max(0, ceilDiv(slots, PAGE_SLOTS) - lease.pages.length);
  }

  /** Whether `reserve` would have to grow the cache, which needs an idle GPU. */
  mustGrow(lease: Lease, slots: number): boolean {
    return this.missingPages(lease, slots) > this.#pages.free;
  }

  /**
   * Makes sure that the lease's pages hold `slots` tokens. When the cache must grow, `onGrow` runs after it did.
   * @throws MemoryError when neither growing nor idle conversations make room.
   */
  async reserve(lease: Lease, slots: number, onGrow: () => Promise<void>): Promise<void> {
    const missing = this.missingPages(lease, slots);
    if (missing === 0) return;
    while (missing > this.#pages.free && this.#pages.used + missing > this.#cache.mostPages && this.#reclaimOne());
    if (missing > this.#pages.free) {
      await this.#cache.grow(this.#pages.used + missing);
      this.#pages.resize(this.#cache.pages);
      await onGrow();
    }
    const first = lease.pages.length;
    const added = Array.from({ length: missing }, () => this.#pages.take());
    lease.pages.push(...added);
    this.#state.writePages(lease.sequence!, first, added);
  }

  /** Gives everything back; the conversation's tokens are no longer cached. */
  release(lease: Lease): void {
    for (const page of lease.pages.splice(0)) this.#pages.give(page);
    if (lease.sequence !== undefined) this.#sequences.give(lease.sequence);
    lease.sequence = undefined;
    lease.length = 0;
    lease.busy = false;
    this.#leases.delete(lease);
  }

  #reclaim(): void {
    if (!this.#reclaimOne())
      throw new MemoryError({
        code: 'out-of-memory',
        happened: `All ${this.#sequences.size} sequences of the engine are in use.`,
        expected: 'A conversation needs one while it generates.',
        todo: 'Wait for another generation to end.',
      });
  }

  #reclaimOne(): boolean {
    const idle = [...this.#leases].filter((lease) => !lease.busy).toSorted((a, b) => a.lastUsed - b.lastUsed)[0];
    if (!idle) return false;
    this.release(idle);
    this.reclaimed++;
    return true;
  }
}
