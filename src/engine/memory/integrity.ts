import { invariant } from '../../core/invariant.ts';
import { PAGE_SLOTS } from '../../kernels/cache-layout.ts';
import type { PagePool } from './caches.ts';
import type { Lease } from './lease.ts';
import type { SlotAllocator } from './slot-allocator.ts';

/**
 * Holds that pages and sequences add up between steps: every one that is taken belongs to one lease, every lease has pages
 * for what it holds, and nothing is expected of the GPU any more.
 * @throws an invariant's error that names what does not
 */
export function checkIntegrity(pools: readonly PagePool[], sequences: SlotAllocator, leases: readonly Lease[]): void {
  checkTaken(
    'sequences',
    sequences,
    leases.flatMap(({ sequence }) => (sequence === undefined ? [] : [sequence])),
  );
  for (const { cache, allocators } of pools) {
    const sharing = leases.filter(({ methods }) => methods.kv === cache.kv);
    allocators.forEach((allocator, layer) =>
      checkTaken(
        `${cache.kv} pages of layer ${layer}`,
        allocator,
        sharing.flatMap(({ pages }) => pages[layer]!),
      ),
    );
  }
  for (const { residency, pages, sequence, busy } of leases) {
    invariant(residency.inFlight === 0 && !busy, () => `sequence ${sequence} is in use though nothing runs`);
    residency.layerSlots.forEach((slots, layer) => {
      const held = pages[layer]!.length * PAGE_SLOTS;
      invariant(slots <= held, () => `sequence ${sequence} has ${slots} slots on ${held} in layer ${layer}`);
    });
  }
}

/** What leases hold must be what was handed out, each number once. */
function checkTaken(what: string, allocator: SlotAllocator, held: readonly number[]): void {
  invariant(
    new Set(held).size === held.length &&
      held.length === allocator.used &&
      held.every((slot) => allocator.isTaken(slot)),
    () => `${held.length} ${what} are held, ${allocator.used} taken`,
  );
}
