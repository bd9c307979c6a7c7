import { MemoryError } from '../../core/errors.ts';
import { ceilDiv, invariant } from '../../core/invariant.ts';
import { PAGE_SLOTS } from '../../kernels/cache-layout.ts';
import type { Caches, PagePool } from './caches.ts';
import { checkIntegrity } from './integrity.ts';
import type { Lease } from './lease.ts';
import type { Cut } from './residency.ts';
import { auxOf } from './sequence-methods.ts';
import { SlotAllocator } from './slot-allocator.ts';
import type { StepState } from './step-state.ts';

/** Hands out sequences and pages; takes the cache of idle conversations back when there is no other room. */
export class Sequences {
  /** How often an idle conversation lost its cache, to be computed again when it goes on. */
  reclaimed = 0;
  /** How often the cache gave memory back after a prompt was cut. */
  shrinks = 0;
  readonly #caches: Caches;
  readonly #state: StepState;
  readonly #sequences: SlotAllocator;
  readonly #leases = new Set<Lease>();
  #clock = 0;

  constructor(caches: Caches, state: StepState) {
    this.#caches = caches;
    this.#state = state;
    this.#sequences = new SlotAllocator(state.layout.maxSequences);
  }

  /** The leases that hold something. */
  get leases(): readonly Lease[] {
    return [...this.#leases];
  }

  /** Pages taken in the layer that has most. */
  get pagesUsed(): number {
    return this.#caches.pools.reduce((sum, { allocators }) => sum + Math.max(...allocators.map(({ used }) => used)), 0);
  }

  /** Slots that hold a token, on average over the layers. */
  get slotsUsed(): number {
    return Math.round(this.leases.reduce((sum, lease) => sum + lease.residency.meanSlots, 0));
  }

  /** Bytes of the pages that a lease holds. */
  bytesOf(lease: Lease): number {
    const { pageBytes } = this.#caches.of(lease.methods.kv);
    return lease.pages.reduce((sum, pages, layer) => sum + pages.length * pageBytes[layer]!, 0);
  }

  /**
   * Has room for a lease among the sequences, and what its methods need beside the pages; `onChange` runs when plans must be
   * recorded again. Nothing may be in flight.
   */
  async require({ sequence, methods }: Lease, onChange: () => Promise<void>): Promise<void> {
    // The lowest free one is taken: as long as fewer are in use than there is room for, it lies within.
    if (sequence === undefined && this.#sequences.free > 0 && this.#sequences.used >= this.#state.room) {
      this.#checkIdle('the room for sequences grew');
      this.#state.grow();
      await onChange();
    }
    await this.#caches.require(methods.kv, auxOf(methods), onChange);
  }

  /** Gives the lease a sequence, keeps at most the first `kept` tokens, and tells the GPU how many slots it holds. */
  begin(lease: Lease, kept: number = lease.length): void {
    if (lease.sequence === undefined) {
      if (this.#sequences.free === 0) this.#reclaim();
      lease.sequence = this.#sequences.take();
      this.#leases.add(lease);
      lease.empty();
    }
    // Steps that were under way when the last run ended may have gone on meanwhile.
    lease.lower(Math.min(lease.length, kept));
    lease.busy = true;
    lease.phase = undefined;
    lease.lastUsed = ++this.#clock;
    // Once slots were evicted the GPU alone knows the lengths.
    if (!lease.residency.evicted) this.#state.writeLength(lease.sequence, lease.length);
  }

  end(lease: Lease): void {
    lease.busy = false;
    lease.lastUsed = ++this.#clock;
  }

  /** Whether pages must be added so that the lease has room for `rows` more rows. */
  lacks(lease: Lease, rows: number, cut: Cut): boolean {
    return this.#missing(lease, rows, cut).some((count) => count > 0);
  }

  /** Whether `reserve` would have to grow the cache, which needs an idle GPU. */
  mustGrow(lease: Lease, rows: number, cut: Cut): boolean {
    const { allocators } = this.#poolOf(lease);
    return this.#missing(lease, rows, cut).some((count, layer) => count > allocators[layer]!.free);
  }

  /**
   * Makes sure that `rows` more rows fit the lease's pages, appended at once or with cuts between. When the cache must
   * grow, `onGrow` runs after it did.
   * @throws MemoryError when neither growing nor idle conversations make room.
   */
  async reserve(lease: Lease, rows: number, cut: Cut, onGrow: () => Promise<void>): Promise<void> {
    const missing = this.#missing(lease, rows, cut);
    if (missing.every((count) => count === 0)) return;
    const { cache, allocators } = this.#poolOf(lease);
    const short = (): boolean => allocators.some(({ free }, layer) => missing[layer]! > free);
    const tooMany = (): boolean => allocators.some(({ used }, layer) => used + missing[layer]! > cache.mostPages);
    while (short() && tooMany() && this.#reclaimOne(lease));
    if (short()) {
      this.#checkIdle('the cache grew');
      // What is borrowed until a cut is not to be borrowed twice.
      const exact = lease.residency.rule !== undefined;
      await cache.grow(
        allocators.map(({ used }, layer) => used + missing[layer]!),
        exact,
      );
      cache.pages.forEach((pages, layer) => allocators[layer]!.resize(pages));
      await onGrow();
    }
    missing.forEach((count, layer) => {
      if (count === 0) return;
      const pages = lease.pages[layer]!;
      const first = pages.length;
      for (let i = 0; i < count; i++) pages.push(allocators[layer]!.take());
      this.#state.writePages(lease.sequence!, layer, first, pages.slice(first));
    });
    lease.peakBytes = Math.max(lease.peakBytes, this.bytesOf(lease));
  }

  /** Gives the pages back that a cut has emptied. What the GPU still does with them comes before whatever others do. */
  trim(lease: Lease, cut: Cut): void {
    const { allocators } = this.#poolOf(lease);
    const { rule } = lease.residency;
    if (!rule) return;
    const room = lease.residency.room(cut === 'never' ? 1 : rule.every, cut);
    lease.pages.forEach((pages, layer) => {
      for (const page of pages.splice(ceilDiv(room[layer]!, PAGE_SLOTS))) allocators[layer]!.give(page);
    });
  }

  /** Gives memory back to the device where less than half of a cache is in use. Nothing may be in flight. */
  async shrink(onShrink: () => Promise<void>): Promise<void> {
    for (const { cache, allocators } of this.#caches.pools) {
      this.#checkIdle('the cache shrank');
      const needed = allocators.map(({ end }) => end);
      if (!cache.pages.some((pages, layer) => pages > 2 * Math.max(8, needed[layer]!))) continue;
      // oxlint-disable no-await-in-loop -- one cache after the other
      await cache.shrink(needed);
      cache.pages.forEach((pages, layer) => allocators[layer]!.resize(pages));
      this.shrinks++;
      await onShrink();
      // oxlint-enable no-await-in-loop
    }
  }

  /** Gives everything back; the conversation's tokens are no longer cached. */
  release(lease: Lease): void {
    const { allocators } = this.#poolOf(lease);
    lease.pages.forEach((pages, layer) => {
      for (const page of pages.splice(0)) allocators[layer]!.give(page);
    });
    if (lease.sequence !== undefined) {
      // Its pages are others' now: nothing that goes through sequences by their methods may find them through it.
      this.#state.clearMethods(lease.sequence);
      this.#sequences.give(lease.sequence);
    }
    lease.sequence = undefined;
    lease.empty();
    lease.busy = false;
    this.#leases.delete(lease);
  }

  /** Holds that pages, sequences and leases add up. Nothing may run. @throws an invariant's error */
  checkIntegrity(): void {
    checkIntegrity(this.#caches.pools, this.#sequences, this.leases);
  }

  #checkIdle(what: string): void {
    invariant(
      this.leases.every(({ residency }) => residency.inFlight === 0),
      () => `${what} under steps in flight`,
    );
  }

  #poolOf(lease: Lease): PagePool {
    return this.#caches.pool(lease.methods.kv);
  }

  #missing(lease: Lease, rows: number, cut: Cut): number[] {
    const room = lease.residency.room(rows, cut);
    return lease.pages.map((pages, layer) => Math.max(0, ceilDiv(room[layer]!, PAGE_SLOTS) - pages.length));
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

  /** Takes the cache of the conversation that has been idle longest; of those that store alike, where a lease is to profit. */
  #reclaimOne(needy?: Lease): boolean {
    const idle = this.leases
      .filter((lease) => !lease.busy && (!needy || lease.methods.kv === needy.methods.kv))
      .toSorted((a, b) => a.lastUsed - b.lastUsed)[0];
    if (!idle) return false;
    this.release(idle);
    this.reclaimed++;
    return true;
  }
}
