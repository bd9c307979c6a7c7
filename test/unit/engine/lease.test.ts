import { expect, test } from 'vitest';
import { evict } from '../../../src/cache/evict.ts';
import { h2o } from '../../../src/cache/policies/h2o.ts';
import { streamingLlm } from '../../../src/cache/policies/streaming-llm.ts';
import { Lease } from '../../../src/engine/memory/lease.ts';
import { exactly, type Cut } from '../../../src/engine/memory/residency.ts';

const leaseOf = (cache?: ReturnType<typeof evict>): Lease =>
  new Lease({ kv: 'f16', cache }, { layers: [{ kvHeads: 2 }, { kvHeads: 2 }] });

const add = (lease: Lease, rows: number, cut: Cut): boolean => {
  lease.expect(exactly(rows), cut);
  return lease.commit(rows);
};

test('without eviction the newest tokens are taken back', () => {
  const lease = leaseOf();
  add(lease, 20, 'never');
  lease.lower(12);
  expect(lease).toMatchObject({ length: 12, restarts: 0 });
});

test('what was evicted or noted down cannot be taken back: it is computed again from the start', () => {
  const streaming = leaseOf(evict({ policy: streamingLlm(), budget: 10 }));
  add(streaming, 10, 'due');
  streaming.lower(9);
  expect(streaming).toMatchObject({ length: 9, restarts: 0 });
  add(streaming, 20, 'now');
  streaming.lower(28);
  expect(streaming).toMatchObject({ length: 0, restarts: 1 });

  const observing = leaseOf(evict({ policy: h2o(), budget: 10 }));
  add(observing, 5, 'due');
  observing.lower(5);
  expect(observing.length).toBe(5);
  observing.lower(4);
  expect(observing).toMatchObject({ length: 0, restarts: 1 });
});

test('steps that went on past what is kept count as taken back', () => {
  const lease = leaseOf(evict({ policy: h2o(), budget: 10 }));
  add(lease, 5, 'due');
  lease.overrun = true;
  lease.lower(5);
  expect(lease).toMatchObject({ length: 0, restarts: 1, overrun: false });
});

test('what a longer prompt would hold counts what is in flight, and forgets what cannot be kept', () => {
  const lease = leaseOf(evict({ policy: streamingLlm(), budget: 10 }));
  add(lease, 30, 'now');
  lease.expect(exactly(1), 'due');
  expect(lease.mostWith(31, 40)).toBe(20);
  expect(lease.mostWith(12, 40)).toBe(40);
});

test('nothing is taken back under steps in flight', () => {
  const lease = leaseOf();
  add(lease, 5, 'never');
  lease.expect(exactly(1), 'never');
  expect(() => lease.lower(3)).toThrow(/in flight/);
});
