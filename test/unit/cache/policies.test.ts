import { describe, expect, test } from 'vitest';
import { modelScores } from '../../../cases/reference/policy-scores.ts';
import * as policies from '../../../src/cache/policies/index.ts';
import { h2o } from '../../../src/cache/policies/h2o.ts';
import { keyformer } from '../../../src/cache/policies/keyformer.ts';
import { snapKv } from '../../../src/cache/policies/snap-kv.ts';
import { streamingLlm } from '../../../src/cache/policies/streaming-llm.ts';
import { tova } from '../../../src/cache/policies/tova.ts';

describe.each(Object.entries(policies))('%s', (_, make) => {
  test('is a value with a score of its own in WGSL', () => {
    const policy = make();
    expect(
      policy.score.some(({ text }) =>
        /fn slot_score\(sequence : u32, kv_head : u32, slot : u32, length : u32\) -> f32/.test(text),
      ),
    ).toBe(true);
    expect(policy).toEqual(make());
  });

  test('has a ranking with a twin to be compared with', () => {
    const names = make().score.map(({ name }) => name.replace('lib/policy/', ''));
    expect(names.filter((name) => name in modelScores)).toHaveLength(1);
  });

  test('asks to observe exactly what its score reads', () => {
    const { score, observes } = make();
    expect(score.some(({ text }) => text.includes('mass_at('))).toBe(observes !== undefined);
  });
});

test('what each observes', () => {
  expect(h2o({ decay: 0.9 }).observes).toEqual({ promptRows: 'all', decodeRows: true, decay: 0.9 });
  expect(keyformer({ tauLast: 3 }).observes).toMatchObject({ promptRows: 'all', noise: { name: 'gumbel' } });
  expect(tova().observes).toEqual({ promptRows: 1, decodeRows: true, decay: 0 });
  expect(snapKv({ window: 9 }).observes).toMatchObject({ promptRows: 9, decodeRows: false });
});

test('snap-kv cuts the prompt only and always keeps its window', () => {
  expect(snapKv({ window: 9, pool: 7 })).toMatchObject({
    cuts: 'prompt',
    recent: 9,
    parameters: { window: 9, pool: 7 },
  });
});

test('parameters out of range are refused by name', () => {
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [() => h2o({ decay: 0 }), /decay of h2o is 0\. It must be a number above 0 and at most 1\./],
    [() => h2o({ decay: 1.1 }), /decay of h2o is 1\.1/],
    [() => h2o({ decay: NaN }), /decay of h2o is NaN/],
    [() => h2o({ decay: '1' as unknown as number }), /decay of h2o is "1"/],
    [() => keyformer({ tauFirst: 0 }), /tau-first of keyformer is 0/],
    [() => keyformer({ tauLast: -2 }), /tau-last of keyformer is -2/],
    [
      () => snapKv({ window: 0 }),
      /window of snap-kv is 0\. It must be an integer of at least 1 and at most 1073741824\./,
    ],
    [() => snapKv({ window: 2.5 }), /window of snap-kv is 2\.5/],
    [() => snapKv({ pool: 4 }), /pool of snap-kv is 4\. It must be odd/],
    [() => streamingLlm({ positions: 'slots' as 'rank' }), /positions of streaming-llm is "slots"/],
  ];
  for (const [make, message] of refused) {
    expect(make).toThrow(message);
    expect(make).toThrow(/\[usage-option\]$/);
  }
});
