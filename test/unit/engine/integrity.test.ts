import { describe, expect, test } from 'vitest';
import type { PagePool } from '../../../src/engine/memory/caches.ts';
import { checkIntegrity } from '../../../src/engine/memory/integrity.ts';
import { Lease } from '../../../src/engine/memory/lease.ts';
import { exactly } from '../../../src/engine/memory/residency.ts';
import { SlotAllocator } from '../../../src/engine/memory/slot-allocator.ts';

const LAYERS = [{ kvHeads: 2 }, { kvHeads: 2 }];

/** Two leases of 100 tokens, two pages each in both layers, with nothing wrong. */
function scene() {
  const allocators = LAYERS.map(() => new SlotAllocator(8));
  const pools = [{ cache: { kv: 'f16' }, allocators }] as unknown as readonly PagePool[];
  const sequences = new SlotAllocator(4);
  const leases = [0, 1].map(() => {
    const lease = new Lease({ kv: 'f16' }, { layers: LAYERS });
    lease.sequence = sequences.take();
    lease.expect(exactly(100), 'never');
    lease.commit(100);
    allocators.forEach((allocator, layer) => lease.pages[layer]!.push(allocator.take(), allocator.take()));
    return lease;
  });
  return { allocators, leases, sequences, check: () => checkIntegrity(pools, sequences, leases) };
}

describe('integrity', () => {
  test('holds where every page and sequence has one owner', () => {
    expect(scene().check).not.toThrow();
  });

  test.each<[string, (of: ReturnType<typeof scene>) => void, RegExp]>([
    [
      'a page that nobody holds',
      ({ leases }) => leases[0]!.pages[1]!.pop(),
      /3 f16 pages of layer 1 are held, 4 taken/,
    ],
    ['a page of two', ({ leases }) => (leases[0]!.pages[0]![0] = leases[1]!.pages[0]![0]!), /4 f16 pages of layer 0/],
    [
      'a page that was given back',
      ({ allocators }) => allocators[0]!.give(2),
      /4 f16 pages of layer 0 are held, 3 taken/,
    ],
    ['a sequence of two', ({ leases }) => (leases[0]!.sequence = 1), /2 sequences are held, 2 taken/],
    ['a step that was never read', ({ leases }) => leases[0]!.expect(exactly(1), 'never'), /sequence 0 is in use/],
    ['a run that never ended', ({ leases }) => (leases[1]!.busy = true), /sequence 1 is in use/],
    [
      'slots without pages',
      ({ leases }) => {
        leases[0]!.expect(exactly(40), 'never');
        leases[0]!.commit(40);
      },
      /sequence 0 has 140 slots on 128 in layer 0/,
    ],
  ])('is broken by %s', (_, spoil, message) => {
    const made = scene();
    spoil(made);
    expect(made.check).toThrow(message);
  });
});
