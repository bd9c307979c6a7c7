import { expect, test } from 'vitest';
import { unobserved } from '../../../src/bench/unobserved.ts';
import { adaptivePerHead, evict, h2o, pyramid, random, snapKv, streamingLlm } from '../../../src/cache/index.ts';

test('a cache whose policy looks at decoded tokens has a twin of the same room that does not', () => {
  const budget = pyramid(64);
  const twin = unobserved(evict({ policy: h2o(), budget, sinks: 2, recent: 20, every: 8 }))!;
  expect(twin.policy.observes).toBeUndefined();
  expect(twin).toMatchObject({ budget, sinks: 2, every: 8 });
});

test('one whose policy does not, or whose heads compete for slots, has none', () => {
  for (const method of [
    evict({ policy: streamingLlm(), budget: 64 }),
    evict({ policy: random(), budget: 64 }),
    evict({ policy: snapKv(), budget: 64 }),
    evict({ policy: h2o(), budget: adaptivePerHead(64) }),
  ])
    expect(unobserved(method)).toBeUndefined();
});
