import { expect, test } from 'vitest';
import { decodeBytes } from '../../../src/kernels/attention/decode-flash.ts';
import { prefillTileBytes } from '../../../src/kernels/attention/flash-prefill.ts';
import { decodeCandidates, plainDecode, prefillCandidates } from '../../../src/kernels/attention/tuning.ts';

const adapter = (software: boolean, subgroupMinSize: number, subgroupMaxSize = subgroupMinSize) => ({
  software,
  features: { subgroups: subgroupMinSize > 0, subgroupMinSize, subgroupMaxSize },
});

const adapters = [
  adapter(false, 0),
  adapter(false, 4, 32),
  adapter(false, 32),
  adapter(false, 32, 64),
  adapter(true, 0),
  adapter(true, 4),
  adapter(true, 8),
];

const heads = [4, 64, 80, 128, 256].flatMap((headDim) =>
  [1, 3, 4, 7, 8, 16].map((groupSize) => ({ headDim, groupSize })),
);

test('every candidate fits the workgroup memory of every device, and there is always one', () => {
  for (const shape of heads) {
    expect(decodeBytes(plainDecode(shape), shape.headDim)).toBeLessThanOrEqual(16_384);
    for (const one of adapters) {
      const decode = decodeCandidates(one, shape);
      expect(decode.length).toBeGreaterThan(0);
      for (const candidate of decode) {
        expect(decodeBytes(candidate, shape.headDim)).toBeLessThanOrEqual(16_384);
        expect(candidate.threads % candidate.lanes).toBe(0);
        expect(candidate.threads).toBeLessThanOrEqual(256);
      }
      const prefill = prefillCandidates(one, shape);
      expect(prefill.length).toBeGreaterThan(0);
      for (const candidate of prefill)
        if (candidate.core === 'tile') expect(prefillTileBytes(candidate)).toBeLessThanOrEqual(16_384);
    }
  }
});

test('shuffles stay within the narrowest subgroup an adapter may choose', () => {
  for (const one of adapters)
    for (const shape of heads) {
      for (const { exchange, lanes } of decodeCandidates(one, shape))
        if (exchange === 'subgroup') expect(lanes).toBeLessThanOrEqual(one.features.subgroupMinSize);
      for (const candidate of prefillCandidates(one, shape))
        if (candidate.core === 'lanes')
          expect([one.features.subgroupMinSize, one.features.subgroupMaxSize]).toEqual([
            candidate.lanes,
            candidate.lanes,
          ]);
    }
});

test('a GPU takes 64 threads or more for usual heads, a software adapter one vector', () => {
  for (const groupSize of [1, 3, 4, 7])
    for (const headDim of [64, 128]) {
      expect(decodeCandidates(adapter(false, 32), { headDim, groupSize })[0]).toMatchObject({
        exchange: 'subgroup',
        threads: 128,
      });
      expect(decodeCandidates(adapter(false, 0), { headDim, groupSize })[0]).toMatchObject({
        exchange: 'workgroup',
        threads: 64,
      });
      expect(decodeCandidates(adapter(true, 8), { headDim, groupSize })[0]).toMatchObject({ threads: 8, lanes: 8 });
    }
});
